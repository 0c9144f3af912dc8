//! Brightcove does not sign webhooks. So the path contains a secret, and a notification is only a hint to fetch the
//! state. <https://apis.support.brightcove.com/live-api/guides/live-api-notifications.html>

use std::{fmt, str::FromStr};

use hmac::digest::CtOutput;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::{RawEvent, WebhookError, WebhookRequest};

/// The part of the path that only the provider knows.
#[derive(Clone, PartialEq, Eq)]
pub struct PathSecret(String);

impl FromStr for PathSecret {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if (24..=200).contains(&text.len()) && text.chars().all(plain) {
            Ok(Self(text.to_owned()))
        } else {
            Err("it is 24 to 200 letters, digits, `-` and `_`".to_owned())
        }
    }
}

impl fmt::Debug for PathSecret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("PathSecret(…)")
    }
}

#[derive(Deserialize)]
struct Notification {
    #[serde(default)]
    event: Option<String>,
}

pub(super) fn verify(
    secret: Option<&PathSecret>,
    request: &WebhookRequest<'_>,
) -> Result<RawEvent, WebhookError> {
    let PathSecret(secret) = secret.ok_or(WebhookError::NotFound)?;
    // Compares in constant time, and digests, so that the time does not depend on the length either.
    let digest = |text: &str| CtOutput::<Sha256>::new(Sha256::digest(text));
    if digest(request.path_secret.unwrap_or_default()) != digest(secret) {
        return Err(WebhookError::NotFound);
    }
    let notification: Option<Notification> = serde_json::from_slice(request.body).ok();
    let kind = notification.map(|notification| {
        notification
            .event
            .unwrap_or_else(|| "state_changed".to_owned())
    });
    // Notifications have no ids. The same body within a minute is the same event; later it may be the same state again.
    let minute = request.received_at.timestamp() / 60;
    Ok(RawEvent {
        event_id: Some(format!("{}-{minute}", super::body_digest(request.body))),
        kind,
    })
}
