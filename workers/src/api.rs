//! APIs of others that are asked.

use std::{fmt, time::Duration};

use reqwest::{Client, Url, redirect};

/// What they see of us.
pub(crate) const USER_AGENT: &str = concat!("coach/", env!("CARGO_PKG_VERSION"));

/// Where to ask, and with which key.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiSettings {
    /// Such as `https://api.stripe.com`.
    pub url: Url,
    /// What lets us in.
    pub api_key: String,
}

/// Without the key.
impl fmt::Debug for ApiSettings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "ApiSettings({}, …)", self.url)
    }
}

/// Waits so long for a whole answer, and goes nowhere else.
pub(crate) fn client(within: Duration) -> reqwest::Result<Client> {
    Client::builder()
        .timeout(within)
        .redirect(redirect::Policy::none())
        .user_agent(USER_AGENT)
        .build()
}

/// An address below another, which is one of http or https.
pub(crate) fn below<'p>(base: &Url, path: impl IntoIterator<Item = &'p str>) -> Url {
    let mut url = base.clone();
    // Such addresses have a path.
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.pop_if_empty().extend(path);
    }
    url
}
