//! HTTP URLs.
//!
//! Not the type of the crate `url`, which normalizes what it parses (a lower-case host, a slash at the end): what staff and
//! providers state is stored and returned as it is.

use serde::{Deserialize, Serialize};

/// An absolute URL with the scheme `http` or `https`, at most 2,048 characters.
#[derive(Clone, Debug, PartialEq, Eq, Hash, sea_orm::DeriveValueType, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct Url(String);

impl TryFrom<String> for Url {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("it is not an absolute HTTP URL")
    }
}

impl Url {
    /// Maximum length in characters.
    pub const MAX_LENGTH: usize = 2048;

    /// Parses a URL; `None` if the text is not an absolute HTTP URL within the limit.
    pub fn parse(text: &str) -> Option<Self> {
        let rest = text
            .strip_prefix("https://")
            .or_else(|| text.strip_prefix("http://"))?;
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let plain = text.len() <= Self::MAX_LENGTH && text.chars().all(|c| c.is_ascii_graphic());
        (plain && !host.is_empty()).then(|| Self(text.to_owned()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
