//! Images.

use sea_orm::{DbErr, FromQueryResult, QueryResult, TryGetError};

use crate::url::Url;

/// A still image, with the size and a placeholder to show while it loads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// Where to download it.
    pub url: Url,
    /// In pixels.
    pub width: i32,
    /// In pixels.
    pub height: i32,
    /// Its `BlurHash`, the placeholder.
    pub blurhash: String,
}

/// Reads the columns of an image, which have the same names in every table. Nested in an option it is `None` also when its
/// URL is invalid, because the item is usable without it.
impl FromQueryResult for Image {
    fn from_query_result(row: &QueryResult, prefix: &str) -> Result<Self, DbErr> {
        Ok(Self::from_query_result_nullable(row, prefix)?)
    }

    fn from_query_result_nullable(row: &QueryResult, prefix: &str) -> Result<Self, TryGetError> {
        let url: String = row.try_get_nullable(prefix, "image_url")?;
        Ok(Self {
            url: Url::parse(&url).ok_or_else(|| TryGetError::Null("image_url".to_owned()))?,
            width: row.try_get_nullable(prefix, "image_width")?,
            height: row.try_get_nullable(prefix, "image_height")?,
            blurhash: row.try_get_nullable(prefix, "image_blurhash")?,
        })
    }
}
