//! What clients and other services fetch: the schema, and the local issuer's public key.

use std::sync::LazyLock;

use aws_lc_rs::digest::{SHA256, digest};
use axum::{
    Json,
    extract::State,
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{CACHE_CONTROL, CONTENT_TYPE, ETAG},
    },
    response::{IntoResponse, Response},
};
use coach_resolvers::SDL;

use super::{conditional, refusal::Refusal, state::AppState};
use crate::hex;

static SCHEMA_TAG: LazyLock<HeaderValue> = LazyLock::new(|| {
    let digest = digest(&SHA256, SDL.as_bytes());
    let tag = hex::encode(&digest.as_ref()[..12]);
    HeaderValue::try_from(format!("\"{tag}\"")).unwrap_or(HeaderValue::from_static("\"\""))
});

/// `GET /schema.graphql`: the contract, for code generators. As plain text, which browsers show.
pub(super) async fn schema(headers: HeaderMap) -> Response {
    let kept = [
        (ETAG, SCHEMA_TAG.clone()),
        (CACHE_CONTROL, HeaderValue::from_static("public, no-cache")),
    ];
    if conditional::is_known(&headers, &SCHEMA_TAG) {
        return (StatusCode::NOT_MODIFIED, kept).into_response();
    }
    let kind = [(
        CONTENT_TYPE,
        HeaderValue::from_static("text/plain; charset=utf-8"),
    )];
    (kept, kind, SDL).into_response()
}

/// `GET /.well-known/jwks.json`: the key that tokens of the local issuer are verified with.
pub(super) async fn key_set(State(state): State<AppState>) -> Response {
    match &state.shared().local_issuer {
        Some(issuer) => Json(issuer.key_set()).into_response(),
        None => Refusal::not_found().into_response(),
    }
}
