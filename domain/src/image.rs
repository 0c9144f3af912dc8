//! Images.

use sea_orm::FromQueryResult;

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

/// The columns of an image, which have the same names in every table.
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
    /// The image; `None` also when its URL is invalid, because the item is usable without it.
    pub(crate) fn image(self) -> Option<Image> {
        Some(Image {
            url: Url::parse(&self.url?)?,
            width: self.width?,
            height: self.height?,
            blurhash: self.blurhash?,
        })
    }
}
