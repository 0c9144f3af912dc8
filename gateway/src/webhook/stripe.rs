//! Stripe: HMAC-SHA256 over time and body. <https://docs.stripe.com/webhooks#verify-manually>

use std::{fmt, str::FromStr};

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::Deserialize;
use sha2::Sha256;

use super::{RawEvent, WebhookError, WebhookRequest, single_header};

/// The tolerated age of a timestamp in seconds, as in Stripe's own libraries.
const TOLERANCE_SECONDS: u64 = 300;

/// The number of signatures in a header that are checked.
const MAX_SIGNATURES: usize = 10;

/// The signing secret of an endpoint of Stripe.
#[derive(Clone)]
pub struct StripeSecret(Hmac<Sha256>);

impl FromStr for StripeSecret {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        // The key includes the prefix.
        match Hmac::new_from_slice(text.as_bytes()) {
            Ok(hmac) if text.starts_with("whsec_") && text.len() >= 24 => Ok(Self(hmac)),
            _ => Err("it begins with `whsec_`, and has 24 characters or more".to_owned()),
        }
    }
}

impl fmt::Debug for StripeSecret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("StripeSecret(…)")
    }
}

#[derive(Deserialize)]
struct Event {
    id: String,
    r#type: String,
}

pub(super) fn verify(
    secrets: &[StripeSecret],
    request: &WebhookRequest<'_>,
) -> Result<RawEvent, WebhookError> {
    if secrets.is_empty() {
        return Err(WebhookError::NotFound);
    }
    let header = single_header(request.headers, "stripe-signature")?;
    let (mut timestamp, mut signatures) = (None, Vec::new());
    for part in header.split(',') {
        match part.trim().split_once('=') {
            Some(("t", value)) => timestamp = value.parse::<i64>().ok(),
            Some(("v1", value)) if signatures.len() < MAX_SIGNATURES => {
                signatures.extend(hex::decode(value));
            }
            _ => {}
        }
    }
    let timestamp = timestamp.ok_or(WebhookError::InvalidSignature(
        "Stripe-Signature has no time",
    ))?;
    let is_authentic = secrets.iter().any(|StripeSecret(hmac)| {
        let signed = hmac
            .clone()
            .chain_update(format!("{timestamp}."))
            .chain_update(request.body);
        let mut signatures = signatures.iter();
        signatures.any(|signature| signed.clone().verify_slice(signature).is_ok())
    });
    if !is_authentic {
        return Err(WebhookError::InvalidSignature("the signature is wrong"));
    }
    if timestamp.abs_diff(request.received_at.timestamp()) > TOLERANCE_SECONDS {
        let why = "the timestamp is more than five minutes from now";
        return Err(WebhookError::InvalidSignature(why));
    }
    let event: Option<Event> = serde_json::from_slice(request.body).ok();
    let (event_id, kind) = event.map(|event| (event.id, event.r#type)).unzip();
    Ok(RawEvent { event_id, kind })
}
