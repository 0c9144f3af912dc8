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
    detached,
    webhook::{self, Incoming, Source},
};
use serde::Deserialize;
use serde_json::json;

use super::{
    body, media::Media, observe::RequestSpan, refusal::Refusal, request_id::RequestId,
    state::AppState,
};
use crate::webhook::{Posted, Refused, kept};

#[derive(Deserialize)]
pub(super) struct Named {
    source: String,
    secret: Option<String>,
}

/// With a path behind the source's name, or none.
pub(super) async fn receive(
    State(state): State<AppState>,
    Extension(id): Extension<RequestId>,
    Extension(RequestSpan(span)): Extension<RequestSpan>,
    Path(path): Path<Named>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    // To its end, whether or not the sender waits for it: a half-read event would come again.
    let taken = detached(async move {
        let source = Source::parse(&path.source).ok_or_else(Refusal::not_found)?;
        let shared = state.shared();
        let bytes = body::read_json(&headers, body, shared.limits.body_bytes).await?;
        let now = shared.app.services.clock.now();
        let posted = Posted {
            path: path.secret.as_deref(),
            headers: &headers,
            body: &bytes,
            at: now,
        };
        let verified = shared.webhooks.verify(source, &posted).await;
        let verified = verified.map_err(|refused| {
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
    });
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
        Refused::Unavailable(_) => Refusal::not_now(),
    }
}
