//! `GET /live/status.json`: the status file, for development, and as the origin of a CDN that reads from no bucket.
//!
//! There is no cache here: each response is read from the store after the request arrived. A request allocates nothing
//! beyond what HTTP needs, and the route has no middleware.

use std::{sync::Arc, time::Duration};

use axum::{
    body::Bytes,
    extract::{Request, State},
    http::{
        HeaderValue, StatusCode,
        header::{
            ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
            ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
            ACCESS_CONTROL_REQUEST_HEADERS, ALLOW, CACHE_CONTROL, CONTENT_TYPE, ETAG, RETRY_AFTER,
            VARY,
        },
    },
    response::{IntoResponse, Response},
};
use coach_domain::{live::StatusFileReader, object::Object};
use tokio::time::timeout;

use super::{conditional, error::HttpError};

/// The time limit for reading the file from the store.
const READ_TIMEOUT: Duration = Duration::from_secs(5);

const CACHE_POLICY: HeaderValue = HeaderValue::from_static("public, max-age=2");
const JSON: HeaderValue = HeaderValue::from_static("application/json");
const ANY: HeaderValue = HeaderValue::from_static("*");

/// The JSON schema of the file.
const SCHEMA: &str = include_str!("../../../schema/live-status.schema.json");

/// The body of a response and its entity tag.
#[derive(Clone)]
pub(super) struct Representation {
    body: Bytes,
    etag: HeaderValue,
}

impl Representation {
    pub(super) fn new(object: Object) -> Self {
        // S3 includes the quotes.
        let etag = format!("\"{}\"", object.etag.0.trim_matches('"'));
        Self {
            body: Bytes::from_owner(object.bytes),
            etag: HeaderValue::try_from(etag).unwrap_or(HeaderValue::from_static("\"\"")),
        }
    }
}

/// The current file, or 304 if the client has it already.
pub(super) async fn status(
    State(file): State<Arc<StatusFileReader<Representation>>>,
    request: Request,
) -> Response {
    let representation = match timeout(READ_TIMEOUT, file.read()).await {
        Ok(Ok(Some(representation))) => representation,
        Ok(Ok(None)) => {
            let headers = [
                (CACHE_CONTROL, CACHE_POLICY),
                (ACCESS_CONTROL_ALLOW_ORIGIN, ANY),
            ];
            return (headers, HttpError::not_found()).into_response();
        }
        Ok(Err(error)) => {
            tracing::warn!(%error, "the status file cannot be read");
            return unavailable();
        }
        Err(_) => {
            tracing::warn!("the status file could not be read in time");
            return unavailable();
        }
    };
    let is_not_modified = conditional::is_not_modified(request.headers(), &representation.etag);
    let headers = [
        (ETAG, representation.etag),
        (CACHE_CONTROL, CACHE_POLICY),
        (ACCESS_CONTROL_ALLOW_ORIGIN, ANY),
        (
            ACCESS_CONTROL_EXPOSE_HEADERS,
            HeaderValue::from_static("age, etag"),
        ),
    ];
    if is_not_modified {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    (headers, [(CONTENT_TYPE, JSON)], representation.body).into_response()
}

/// The CORS preflight response: any request header is allowed, as on the API.
pub(super) async fn preflight(request: Request) -> Response {
    let headers = [
        (VARY, "access-control-request-headers"),
        (ALLOW, "GET, HEAD, OPTIONS"),
        (ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD"),
        (ACCESS_CONTROL_MAX_AGE, "86400"),
    ];
    let requested = request.headers().get(ACCESS_CONTROL_REQUEST_HEADERS);
    let allowed = requested.map(|requested| [(ACCESS_CONTROL_ALLOW_HEADERS, requested.clone())]);
    (StatusCode::NO_CONTENT, allowed, headers).into_response()
}

/// `GET /live/status.schema.json`: the JSON schema of the status file.
pub(super) async fn schema() -> Response {
    let headers = [
        (CONTENT_TYPE, "application/schema+json"),
        (CACHE_CONTROL, "public, max-age=3600"),
    ];
    (headers, SCHEMA).into_response()
}

fn unavailable() -> Response {
    let error = HttpError::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "SERVICE_UNAVAILABLE",
        "the status file cannot be read; try again in a few seconds",
    );
    let headers = [(RETRY_AFTER, "2"), (ACCESS_CONTROL_ALLOW_ORIGIN, "*")];
    (headers, error).into_response()
}
