//! Cross-origin resource sharing: pages of any origin may call the public routes.
//!
//! There are no cookies that browsers would attach, so a page can only use a token that it has. Any request header is
//! allowed too, because the headers for tracing, caching and client awareness cannot be enumerated.

use axum::{
    extract::Request,
    http::{
        HeaderMap, HeaderValue, Method,
        header::{
            ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
            ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
            ACCESS_CONTROL_REQUEST_HEADERS, VARY,
        },
    },
    middleware::Next,
    response::{IntoResponse as _, Response},
};

const ANY: HeaderValue = HeaderValue::from_static("*");
const EXPOSED: HeaderValue =
    HeaderValue::from_static("x-request-id,etag,retry-after,www-authenticate");
const PREFLIGHT_HEADERS: HeaderValue = HeaderValue::from_static(
    "origin, access-control-request-method, access-control-request-headers",
);

/// Middleware that answers preflight requests, and allows pages to read all other responses.
pub(super) async fn share(request: Request, next: Next) -> Response {
    if request.method() == Method::OPTIONS {
        return preflight(request.headers());
    }
    let mut response = next.run(request).await;
    allow(response.headers_mut());
    response
}

/// The response to a preflight request.
pub(super) fn preflight(request: &HeaderMap) -> Response {
    let headers = [
        (VARY, PREFLIGHT_HEADERS),
        (
            ACCESS_CONTROL_ALLOW_METHODS,
            HeaderValue::from_static("GET,POST"),
        ),
        (ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("3600")),
        (ACCESS_CONTROL_ALLOW_ORIGIN, ANY),
    ];
    let requested = request.get(ACCESS_CONTROL_REQUEST_HEADERS);
    let allowed = requested.map(|requested| [(ACCESS_CONTROL_ALLOW_HEADERS, requested.clone())]);
    (allowed, headers).into_response()
}

/// Allows pages of any origin to read a response with these headers.
pub(super) fn allow(headers: &mut HeaderMap) {
    headers.append(VARY, PREFLIGHT_HEADERS);
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, ANY);
    headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
}
