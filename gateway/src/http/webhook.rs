//! `POST /webhooks/{source}`: takes what is genuine, keeps it with the work on it in one commit, and says so.

use axum::{
    Extension, Json,
    body::Body,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
};
use coach_domain::{
    database::Session,
    webhook::{self, Incoming, Source},
};
use serde_json::json;

use super::{
    body,
    media::{self, Media},
    observe::RequestSpan,
    refusal::Refusal,
    request_id::RequestId,
    state::AppState,
};
use crate::webhook::{Posted, Refused, kept};

/// From a source that signs.
pub(super) async fn receive(
    state: State<AppState>,
    id: Extension<RequestId>,
    span: Extension<RequestSpan>,
    Path(source): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    take(state, id, span, (&source, None), headers, body).await
}

/// From a source that only knows the path.
pub(super) async fn receive_by_path(
    state: State<AppState>,
    id: Extension<RequestId>,
    span: Extension<RequestSpan>,
    Path((source, secret)): Path<(String, String)>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    take(state, id, span, (&source, Some(&secret)), headers, body).await
}

async fn take(
    State(state): State<AppState>,
    Extension(id): Extension<RequestId>,
    Extension(RequestSpan(span)): Extension<RequestSpan>,
    (source, path): (&str, Option<&str>),
    headers: HeaderMap,
    body: Body,
) -> Response {
    let taken = async {
        let source = Source::parse(source).ok_or_else(Refusal::not_found)?;
        if !media::is_json(&headers) {
            return Err(Refusal::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "UNSUPPORTED_MEDIA_TYPE",
                "events are application/json in UTF-8",
            ));
        }
        let shared = state.shared();
        let bytes = body::read(&headers, body, shared.limits.body_bytes).await?;
        let now = shared.app.services.clock.now();
        let posted = Posted {
            path,
            headers: &headers,
            body: &bytes,
            at: now,
        };
        let verified = shared.webhooks.verify(source, &posted).map_err(|refused| {
            tracing::warn!(source = source.as_str(), %refused, "a webhook was refused");
            refusal(&refused)
        })?;
        let session = Session::new(shared.app.database.clone(), span.clone());
        let incoming = Incoming {
            source,
            event_id: &verified.event_id,
            kind: &verified.kind,
            headers: kept(&headers),
            body: &bytes,
        };
        let new = webhook::keep(&session, &incoming, &span, now).await;
        new.map_err(|error| Refusal::unavailable(&error))
    };
    match taken.await {
        // The same answer, so that nobody sends it again.
        Ok(_) => Json(json!({ "received": true })).into_response(),
        Err(refusal) => refusal.respond(Media::Json, Some(id.as_str())),
    }
}

fn refusal(refused: &Refused) -> Refusal {
    match refused {
        Refused::Unknown => Refusal::not_found(),
        Refused::Forged(why) => Refusal::new(StatusCode::UNAUTHORIZED, "UNAUTHENTICATED", *why),
        Refused::Malformed(why) => Refusal::bad_request(*why),
    }
}
