//! Addresses on the web.

/// An absolute URL with the scheme `http` or `https`, at most 2,048 characters.
#[derive(Clone, Debug, PartialEq, Eq, Hash, sea_orm::DeriveValueType)]
pub struct Url(String);

impl Url {
    /// The longest that is taken, in characters.
    pub const MAX_LENGTH: usize = 2048;

    /// Takes a text that is such a URL.
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
