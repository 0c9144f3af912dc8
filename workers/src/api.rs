//! HTTP clients of third-party APIs.

use std::{fmt, time::Duration};

use reqwest::{Client, ClientBuilder, Request, RequestBuilder, Response, Url, redirect};
use tracing::{Instrument as _, Span, field::Empty};

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

/// Sends a request, within a span.
pub(crate) async fn send(request: RequestBuilder) -> reqwest::Result<Response> {
    let (client, request) = request.build_split();
    let request = request?;
    let span = span(&request);
    let result = client.execute(request).instrument(span.clone()).await;
    match &result {
        Ok(response) => {
            let status = response.status();
            span.record("http.response.status_code", status.as_u16());
            if status.is_client_error() || status.is_server_error() {
                span.record("error.type", status.as_str());
                span.record("otel.status_code", "ERROR");
            }
        }
        Err(error) => {
            span.record("error.type", error_type(error));
            span.record("otel.status_code", "ERROR");
        }
    }
    result
}

/// The span of a request, without its URL, which may identify a purchase or contain a secret.
/// <https://opentelemetry.io/docs/specs/semconv/http/http-spans/>
fn span(request: &Request) -> Span {
    let (method, url) = (request.method(), request.url());
    tracing::info_span!(
        "http",
        "otel.name" = method.as_str(),
        "otel.kind" = "client",
        "http.request.method" = method.as_str(),
        "server.address" = url.host_str(),
        "server.port" = url.port_or_known_default(),
        "http.response.status_code" = Empty,
        "error.type" = Empty,
        "otel.status_code" = Empty,
    )
}

fn error_type(error: &reqwest::Error) -> &'static str {
    if error.is_timeout() {
        "timeout"
    } else if error.is_connect() {
        "connect"
    } else {
        "_OTHER"
    }
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
