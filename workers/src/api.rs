//! HTTP clients of third-party APIs.

use std::{fmt, time::Duration};

use reqwest::{Client, ClientBuilder, Url, redirect};

/// The `User-Agent` of our requests.
const USER_AGENT: &str = concat!("coach/", env!("CARGO_PKG_VERSION"));

/// The timeout of connecting, including TLS.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// The address of an API, and the key for it.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiSettings {
    /// The base URL, such as `https://api.stripe.com`.
    pub url: Url,
    /// The secret key that authenticates us.
    pub api_key: String,
}

/// Omits the key.
impl fmt::Debug for ApiSettings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "ApiSettings({}, …)", self.url)
    }
}

/// Builds a client that does not follow redirects. `timeout` bounds each request, from connecting to the end of the
/// response.
pub(crate) fn client_builder(timeout: Duration) -> ClientBuilder {
    Client::builder()
        .connect_timeout(CONNECT_TIMEOUT.min(timeout))
        .timeout(timeout)
        .redirect(redirect::Policy::none())
        .user_agent(USER_AGENT)
}

/// Appends path segments to `base`, an `http` or `https` URL.
pub(crate) fn join_path<'p>(base: &Url, path: impl IntoIterator<Item = &'p str>) -> Url {
    let mut url = base.clone();
    // It fails only for URLs that cannot have a path, such as `mailto:`.
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.pop_if_empty().extend(path);
    }
    url
}
