//! Standard Webhooks. <https://www.standardwebhooks.com/>

use coach_domain::standard_webhooks::{self, Secret, SignatureError};
use serde::Deserialize;

use super::{RawEvent, WebhookError, WebhookRequest, single_header};

#[derive(Deserialize)]
struct Event {
    r#type: String,
}

pub(super) fn verify(
    secrets: &[Secret],
    request: &WebhookRequest<'_>,
) -> Result<RawEvent, WebhookError> {
    if secrets.is_empty() {
        return Err(WebhookError::NotFound);
    }
    let id = single_header(request.headers, "webhook-id")?;
    let timestamp = single_header(request.headers, "webhook-timestamp")?;
    let signatures = single_header(request.headers, "webhook-signature")?;
    let timestamp: i64 = timestamp
        .parse()
        .map_err(|_| WebhookError::InvalidSignature("webhook-timestamp is no number of seconds"))?;
    let now = request.received_at.timestamp();
    standard_webhooks::verify(secrets, id, timestamp, signatures, request.body, now).map_err(
        |error| match error {
            SignatureError::Timestamp => {
                WebhookError::InvalidSignature("the timestamp is more than five minutes from now")
            }
            _ => WebhookError::InvalidSignature("the signature is wrong"),
        },
    )?;
    let event: Option<Event> = serde_json::from_slice(request.body).ok();
    Ok(RawEvent {
        event_id: Some(id.to_owned()),
        kind: event.map(|event| event.r#type),
    })
}
