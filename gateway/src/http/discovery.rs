//! Documents that clients and other services fetch: the schema, and the local issuer's public key.

use std::sync::LazyLock;

use axum::{
    Json,
    extract::State,
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{CACHE_CONTROL, ETAG},
    },
    response::{IntoResponse, Response},
};
use coach_resolvers::SDL;
use sha2::{Digest as _, Sha256};

use super::{conditional, error::HttpError, state::AppState};

static SCHEMA_ETAG: LazyLock<HeaderValue> = LazyLock::new(|| {
    let tag = hex::encode(&Sha256::digest(SDL)[..12]);
    HeaderValue::try_from(format!("\"{tag}\"")).unwrap_or(HeaderValue::from_static("\"\""))
});

/// `GET /schema.graphql`: the SDL, for code generators. Sent as plain text, which browsers display.
pub(super) async fn schema(headers: HeaderMap) -> Response {
    let cache_headers = [
        (ETAG, SCHEMA_ETAG.clone()),
        (CACHE_CONTROL, HeaderValue::from_static("public, no-cache")),
    ];
    if conditional::is_not_modified(&headers, &SCHEMA_ETAG) {
        return (StatusCode::NOT_MODIFIED, cache_headers).into_response();
    }
    (cache_headers, SDL).into_response()
}

/// `GET /.well-known/jwks.json`: the key set that the local issuer's tokens are verified with.
pub(super) async fn key_set(State(state): State<AppState>) -> Response {
    match &state.shared().local_issuer {
        Some(issuer) => Json(issuer.key_set()).into_response(),
        None => HttpError::not_found().into_response(),
    }
}
