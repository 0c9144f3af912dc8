//! `GET /live/status.json`: the status file, for development, and as the origin of a CDN where no bucket is wanted.
//!
//! It adds no lifetime of its own: each answer is what the store had after the request came. Nothing is allocated for a
//! request beyond what HTTP takes, and no layer is around it.

use std::{sync::Arc, time::Duration};

use axum::{
    body::{Body, Bytes},
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
use coach_domain::{live::StatusFile, object::Object};
use tokio::time::timeout;

use super::{conditional, refusal::Refusal};

/// For the store.
const WITHIN: Duration = Duration::from_secs(5);

const LIFETIME: HeaderValue = HeaderValue::from_static("public, max-age=2");
const JSON: HeaderValue = HeaderValue::from_static("application/json");
const ANY: HeaderValue = HeaderValue::from_static("*");

/// The JSON schema of the file.
const SCHEMA: &str = include_str!("../../../schema/live-status.schema.json");

/// What answers are made of.
#[derive(Clone)]
pub(super) struct Served {
    body: Bytes,
    tag: HeaderValue,
}

impl Served {
    pub(super) fn new(object: Object) -> Self {
        // S3 has its own within quotes.
        let tag = format!("\"{}\"", object.etag.0.trim_matches('"'));
        Self {
            body: Bytes::from_owner(object.bytes),
            tag: HeaderValue::try_from(tag).unwrap_or(HeaderValue::from_static("\"\"")),
        }
    }
}

/// The file as it is, or that the client has it already.
pub(super) async fn status(
    State(file): State<Arc<StatusFile<Served>>>,
    request: Request,
) -> Response {
    let served = match timeout(WITHIN, file.read()).await {
        Ok(Ok(Some(served))) => served,
        Ok(Ok(None)) => {
            let open = [
                (CACHE_CONTROL, LIFETIME),
                (ACCESS_CONTROL_ALLOW_ORIGIN, ANY),
            ];
            return (open, Refusal::not_found()).into_response();
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
    let known = conditional::is_known(request.headers(), &served.tag);
    let mut response = if known {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        response
    } else {
        let mut response = Response::new(Body::from(served.body));
        response.headers_mut().insert(CONTENT_TYPE, JSON);
        response
    };
    let headers = response.headers_mut();
    headers.insert(ETAG, served.tag);
    headers.insert(CACHE_CONTROL, LIFETIME);
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, ANY);
    headers.insert(
        ACCESS_CONTROL_EXPOSE_HEADERS,
        HeaderValue::from_static("age, etag"),
    );
    response
}

/// What browsers ask before they send headers of their own: they may send any, as to the API.
pub(super) async fn preflight(request: Request) -> Response {
    let headers = [
        (
            VARY,
            HeaderValue::from_static("access-control-request-headers"),
        ),
        (ALLOW, HeaderValue::from_static("GET, HEAD, OPTIONS")),
        (ACCESS_CONTROL_ALLOW_ORIGIN, ANY),
        (
            ACCESS_CONTROL_ALLOW_METHODS,
            HeaderValue::from_static("GET, HEAD"),
        ),
        (ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400")),
    ];
    let mut response = (StatusCode::NO_CONTENT, headers).into_response();
    if let Some(asked) = request.headers().get(ACCESS_CONTROL_REQUEST_HEADERS) {
        let allowed = response.headers_mut();
        allowed.insert(ACCESS_CONTROL_ALLOW_HEADERS, asked.clone());
    }
    response
}

/// `GET /live/status.schema.json`.
pub(super) async fn schema() -> Response {
    let headers = [
        (
            CONTENT_TYPE,
            HeaderValue::from_static("application/schema+json"),
        ),
        (
            CACHE_CONTROL,
            HeaderValue::from_static("public, max-age=3600"),
        ),
    ];
    (headers, SCHEMA).into_response()
}

fn unavailable() -> Response {
    let refusal = Refusal::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "SERVICE_UNAVAILABLE",
        "the status file cannot be read; ask again in some seconds",
    );
    let headers = [
        (RETRY_AFTER, HeaderValue::from_static("2")),
        (ACCESS_CONTROL_ALLOW_ORIGIN, ANY),
    ];
    (headers, refusal).into_response()
}
