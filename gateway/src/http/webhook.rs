//! `POST /webhooks/{source}`: verifies an event, stores it, and enqueues its processing in the same transaction.

use axum::{
    Extension, Json,
    body::Body,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
};
use coach_domain::{
    detached, trace,
    webhook::{self, IncomingEvent, Source},
};
use serde::Deserialize;
use serde_json::json;
use tracing::field::Empty;

use super::{
    body, error::HttpError, media_type::MediaType, observe::RequestScope, request_id::RequestId,
    state::AppState,
};
use crate::webhook::{WebhookError, WebhookRequest, stored_headers};

#[derive(Deserialize)]
pub(super) struct WebhookPath {
    source: String,
    secret: Option<String>,
}

/// Handles both routes, with and without a secret in the path.
pub(super) async fn receive(
    State(state): State<AppState>,
    Extension(id): Extension<RequestId>,
    Extension(scope): Extension<RequestScope>,
    Path(path): Path<WebhookPath>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    // Detached, so that the event is stored even if the sender disconnects: it would be sent again.
    let result = detached(async move {
        let source = Source::parse(&path.source).ok_or_else(HttpError::not_found)?;
        let span = tracing::info_span!(
            parent: &scope.span,
            "webhook",
            "otel.name" = "store webhook",
            "coach.webhook.source" = source.as_str(),
            "coach.outcome" = Empty,
        );
        let scope = scope.with_span(span.clone());
        let shared = state.shared();
        let bytes = body::read_json(&headers, body, shared.limits.body_bytes).await?;
        let now = shared.app.clock.now();
        let request = WebhookRequest {
            path_secret: path.secret.as_deref(),
            headers: &headers,
            body: &bytes,
            received_at: now,
        };
        let verified = shared.webhooks.load_full().verify(source, &request).await;
        let verified = verified.map_err(|error| {
            span.record("coach.outcome", "rejected");
            tracing::warn!(
                "http.request.id" = id.as_str(),
                "trace.id" = trace::ids(&span).map(|(trace, _)| trace),
                source = source.as_str(),
                refused = %error,
                "a webhook was rejected"
            );
            http_error(&error)
        })?;
        let session = scope.session(&shared.app.database);
        let incoming = IncomingEvent {
            source,
            event_id: &verified.event_id,
            kind: &verified.kind,
            headers: stored_headers(&headers),
            body: &bytes,
        };
        let inserted = webhook::insert(&session, &incoming, &span, now).await;
        let outcome = match &inserted {
            Ok(true) => "stored",
            Ok(false) => "duplicate",
            Err(_) => "failed",
        };
        span.record("coach.outcome", outcome);
        inserted.map_err(|error| HttpError::database_unavailable(&error))
    });
    match result.await {
        // Duplicates get the same response, so that they are not sent again.
        Ok(_) => Json(json!({ "received": true })).into_response(),
        Err(error) => error.respond(MediaType::Json, Some(id.as_str())),
    }
}

fn http_error(error: &WebhookError) -> HttpError {
    match error {
        WebhookError::NotFound => HttpError::not_found(),
        WebhookError::InvalidSignature(why) => {
            HttpError::new(StatusCode::UNAUTHORIZED, "UNAUTHENTICATED", *why)
        }
        WebhookError::Unavailable(_) => HttpError::service_unavailable(),
    }
}
