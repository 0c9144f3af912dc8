//! `POST /internal/email`: accepts sign-in codes from the custom email sender of an identity provider.

use axum::{
    Extension, Json,
    body::Body,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
};
use chrono::{DateTime, TimeDelta, Utc};
use coach_domain::{
    detached,
    email_address::EmailAddress,
    locale,
    mail::{
        letter::SignInCode,
        sign_in::{SubmitResult, submit},
    },
    viewer::{Role, Subject, Viewer},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    body, error::HttpError, graphql::authenticate, json_object::JsonObject, media_type::MediaType,
    observe::RequestScope, request_id::RequestId, state::AppState,
};

/// The size limit of a request.
const MAX_BODY_BYTES: usize = 16 * 1024;

/// The lifetime of a code for which the provider sends no valid expiry.
const DEFAULT_LIFETIME: TimeDelta = TimeDelta::minutes(3);

/// The length limit of a code, in bytes.
const MAX_CODE_LENGTH: usize = 64;

/// The body of the request.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SignInCodeRequest {
    address: String,
    code: String,
    /// Parsed leniently: an invalid optional value must not keep the code from being sent.
    #[serde(default)]
    expires_at: Value,
    /// Parsed leniently too.
    #[serde(default)]
    locale: Value,
}

/// Enqueues the mail with the code, once per idempotency key.
pub(super) async fn accept_code(
    State(state): State<AppState>,
    Extension(id): Extension<RequestId>,
    Extension(scope): Extension<RequestScope>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let result = detached(async move {
        let viewer = authenticate(&state, &headers, &id).await?;
        let Some(service_subject) = service_subject(&viewer) else {
            let message = "only a service may hand over mail; show its key in x-api-key";
            return Err(if viewer.subject().is_some() {
                HttpError::new(StatusCode::FORBIDDEN, "FORBIDDEN", message)
            } else {
                HttpError::unauthenticated()
            });
        };
        let bytes = body::read_json(&headers, body, MAX_BODY_BYTES).await?;
        let app = &state.shared().app;
        let clock = &*app.clock;
        let code = parse(&bytes, clock.now())?;
        let key = idempotency_key(&headers)?;
        let session = scope.session(&app.database);
        match submit(&session, clock, service_subject, key, &bytes, &code).await {
            Ok(SubmitResult::Accepted(envelope)) => Ok(envelope),
            Ok(SubmitResult::KeyReused) => Err(HttpError::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "IDEMPOTENCY_KEY_REUSED",
                "this Idempotency-Key has been used for another code or address",
            )),
            Err(error) => Err(HttpError::database_unavailable(&error)),
        }
    });
    match result.await {
        Ok(envelope) => (StatusCode::ACCEPTED, Json(json!({ "id": envelope }))).into_response(),
        Err(error) => error.respond(MediaType::Json, Some(id.as_str())),
    }
}

/// The viewer's subject if the viewer is a service.
fn service_subject(viewer: &Viewer) -> Option<&Subject> {
    viewer.subject().filter(|_| viewer.role() == Role::Service)
}

fn parse(bytes: &[u8], now: DateTime<Utc>) -> Result<SignInCode, HttpError> {
    let JsonObject(request) = serde_json::from_slice::<JsonObject<SignInCodeRequest>>(bytes).map_err(|_| {
        let shape = r#"the body is {"address": …, "code": …, "expiresAt": …, "locale": …}, the last two optional"#;
        HttpError::bad_request(shape)
    })?;
    let address = EmailAddress::parse(&request.address).ok_or_else(|| {
        HttpError::bad_request("`address` is no address that mail can be sent to")
    })?;
    let is_visible = request.code.chars().all(|c| c.is_ascii_graphic());
    if request.code.is_empty() || request.code.len() > MAX_CODE_LENGTH || !is_visible {
        return Err(HttpError::bad_request(
            "`code` is 1 to 64 visible ASCII characters",
        ));
    }
    Ok(SignInCode {
        address: address.as_str().to_owned(),
        code: request.code,
        expires_at: parse_expiry(&request.expires_at, now).unwrap_or(now + DEFAULT_LIFETIME),
        locale: request.locale.as_str().and_then(locale::language_tag),
    })
}

/// The expiry of the code, unless it is invalid or in the past. A code that has already expired would not be sent,
/// although a user waits for it: the provider's clock or time zone must be wrong.
fn parse_expiry(value: &Value, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let expires_at = DateTime::parse_from_rfc3339(value.as_str()?).ok()?.to_utc();
    (expires_at > now).then_some(expires_at)
}

/// The idempotency key of the request.
fn idempotency_key(headers: &HeaderMap) -> Result<&str, HttpError> {
    let key = headers
        .get("idempotency-key")
        .and_then(|key| key.to_str().ok());
    let key = key.filter(|key| (1..=64).contains(&key.len()));
    let missing =
        "the header Idempotency-Key is missing: 1 to 64 characters, the same in each retry";
    key.ok_or_else(|| HttpError::bad_request(missing))
}
