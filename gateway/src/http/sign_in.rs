//! `POST /internal/email`: sign-in codes, from the custom sender of an identity provider.

use axum::{
    Extension, Json,
    body::Body,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
};
use chrono::{DateTime, TimeDelta, Utc};
use coach_domain::{
    detached, locale,
    mail::{
        letter::SignInCode,
        sign_in::{HandedOver, hand_over},
    },
    member::EmailAddress,
    viewer::{Role, Viewer},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    body, graphql::authenticate, media::Media, object::Object, observe::RequestSpan,
    refusal::Refusal, request_id::RequestId, state::AppState,
};

/// More than such a request has.
const LONGEST: usize = 16 * 1024;

/// How long a code counts where the provider does not say, or says nothing that can be.
const LIFETIME: TimeDelta = TimeDelta::minutes(3);

/// The longest code, in bytes.
const LONGEST_CODE: usize = 64;

/// What is handed over.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Handed {
    address: String,
    code: String,
    /// As it came: whatever is wrong with what may be left out, the code goes out.
    #[serde(default)]
    expires_at: Value,
    /// The same.
    #[serde(default)]
    locale: Value,
}

pub(super) async fn hand_in(
    State(state): State<AppState>,
    Extension(id): Extension<RequestId>,
    Extension(RequestSpan(span)): Extension<RequestSpan>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let request = id.clone();
    let accepted = detached(async move {
        let viewer = authenticate(&state, &headers, &request).await?;
        let Some(service) = service(&viewer) else {
            let message = "only a service may hand over mail; show its key in x-api-key";
            return Err(if viewer.subject().is_some() {
                Refusal::new(StatusCode::FORBIDDEN, "FORBIDDEN", message)
            } else {
                Refusal::unauthenticated()
            });
        };
        let bytes = body::read_json(&headers, body, LONGEST).await?;
        let now = state.shared().app.services.clock.now();
        let code = read(&bytes, now)?;
        let key = key(&headers)?;
        let session =
            coach_domain::database::Session::new(state.shared().app.database.clone(), span);
        let clock = &*state.shared().app.services.clock;
        let handed = hand_over(&session, clock, service, key, &bytes, &code).await;
        handed.map_err(|error| Refusal::unavailable(&error))
    });
    match accepted.await {
        Ok(HandedOver::Accepted(envelope)) => {
            let body = json!({ "id": envelope });
            (StatusCode::ACCEPTED, Json(body)).into_response()
        }
        Ok(HandedOver::KeyReused) => Refusal::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "IDEMPOTENCY_KEY_REUSED",
            "this Idempotency-Key has been used for another code or address",
        )
        .respond(Media::Json, Some(id.as_str())),
        Err(refusal) => refusal.respond(Media::Json, Some(id.as_str())),
    }
}

fn service(viewer: &Viewer) -> Option<&coach_domain::viewer::Subject> {
    viewer.subject().filter(|_| viewer.role() == Role::Service)
}

fn read(bytes: &[u8], now: DateTime<Utc>) -> Result<SignInCode, Refusal> {
    let Object(handed) = serde_json::from_slice::<Object<Handed>>(bytes).map_err(|_| {
        let shape = r#"the body is {"address": …, "code": …, "expiresAt": …, "locale": …}, the last two optional"#;
        Refusal::bad_request(shape)
    })?;
    let address = EmailAddress::parse(&handed.address)
        .ok_or_else(|| Refusal::bad_request("`address` is no address that mail can be sent to"))?;
    let visible = handed.code.chars().all(|c| c.is_ascii_graphic());
    if handed.code.is_empty() || handed.code.len() > LONGEST_CODE || !visible {
        return Err(Refusal::bad_request(
            "`code` is 1 to 64 visible ASCII characters",
        ));
    }
    Ok(SignInCode {
        address: address.as_str().to_owned(),
        code: handed.code,
        expires_at: end(&handed.expires_at, now).unwrap_or(now + LIFETIME),
        locale: handed.locale.as_str().and_then(locale::language_tag),
    })
}

/// When the code ends, where the provider says it in a way that can be read. One that has ended before it is handed over
/// would never be sent: that is a clock or a zone that is wrong, and somebody waits.
fn end(said: &Value, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let end = DateTime::parse_from_rfc3339(said.as_str()?).ok()?.to_utc();
    (end > now).then_some(end)
}

/// By what the sender knows a repeated request.
fn key(headers: &HeaderMap) -> Result<&str, Refusal> {
    let key = headers
        .get("idempotency-key")
        .and_then(|key| key.to_str().ok());
    key.filter(|key| (1..=64).contains(&key.len()))
        .ok_or_else(|| {
            Refusal::bad_request(
                "the header Idempotency-Key is missing: 1 to 64 characters, the same in each retry",
            )
        })
}
