//! Stripe: HMAC-SHA256 over time and body. <https://docs.stripe.com/webhooks#verify-manually>

use std::{fmt, str::FromStr};

use aws_lc_rs::hmac;
use serde::Deserialize;

use super::{Posted, Refused, Verified, single};
use crate::hex;

/// As Stripe's own libraries have it, in seconds.
const TOLERANCE: u64 = 300;

/// So many signatures are looked at.
const MOST: usize = 10;

/// What an endpoint of Stripe's signs with.
#[derive(Clone)]
pub struct StripeSecret(hmac::Key);

impl FromStr for StripeSecret {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.starts_with("whsec_") && text.len() >= 24 {
            // All of it is the key, the prefix included.
            Ok(Self(hmac::Key::new(hmac::HMAC_SHA256, text.as_bytes())))
        } else {
            Err("it begins with `whsec_`".to_owned())
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

pub(super) fn verify(secrets: &[StripeSecret], posted: &Posted<'_>) -> Result<Verified, Refused> {
    if secrets.is_empty() {
        return Err(Refused::Unknown);
    }
    let header = single(posted.headers, "stripe-signature")?;
    let (mut timestamp, mut signatures) = (None, Vec::new());
    for part in header.split(',') {
        match part.trim().split_once('=') {
            Some(("t", value)) => timestamp = value.parse::<i64>().ok(),
            Some(("v1", value)) if signatures.len() < MOST => signatures.extend(hex::decode(value)),
            _ => {}
        }
    }
    let timestamp = timestamp.ok_or(Refused::Forged("Stripe-Signature has no time"))?;
    let mut signed = format!("{timestamp}.").into_bytes();
    signed.extend_from_slice(posted.body);
    let genuine = secrets.iter().any(|StripeSecret(key)| {
        let mut signatures = signatures.iter();
        signatures.any(|signature| hmac::verify(key, &signed, signature).is_ok())
    });
    if !genuine {
        return Err(Refused::Forged("the signature is wrong"));
    }
    if timestamp.abs_diff(posted.at.timestamp()) > TOLERANCE {
        let why = "the timestamp is more than five minutes from now";
        return Err(Refused::Forged(why));
    }
    let event: Option<Event> = serde_json::from_slice(posted.body).ok();
    let (event_id, kind) = event.map(|event| (event.id, event.r#type)).unzip();
    Ok(Verified { event_id, kind })
}
