//! Still pictures.

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
