//! Still pictures.

use sea_orm::FromQueryResult;

use crate::url::Url;

/// A still picture, with what keeps its place while it loads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// Where it is.
    pub url: Url,
    /// Pixels.
    pub width: i32,
    /// Pixels.
    pub height: i32,
    /// The `BlurHash` of the picture.
    pub blurhash: String,
}

/// The columns of a picture, as each table that has one calls them.
#[derive(FromQueryResult)]
pub(crate) struct ImageColumns {
    #[sea_orm(from_alias = "image_url")]
    url: Option<String>,
    #[sea_orm(from_alias = "image_width")]
    width: Option<i32>,
    #[sea_orm(from_alias = "image_height")]
    height: Option<i32>,
    #[sea_orm(from_alias = "image_blurhash")]
    blurhash: Option<String>,
}

impl ImageColumns {
    /// The picture. One whose address is none is left out: it would not show, and
    /// the item is good without it.
    pub(crate) fn image(self) -> Option<Image> {
        Some(Image {
            url: Url::parse(&self.url?)?,
            width: self.width?,
            height: self.height?,
            blurhash: self.blurhash?,
        })
    }
}
