//! Standard Webhooks. <https://www.standardwebhooks.com/>

use coach_workers::standard_webhooks::{self, Forged, Secret};
use serde::Deserialize;

use super::{Posted, Refused, Verified, single};

#[derive(Deserialize)]
struct Event {
    r#type: String,
}

pub(super) fn verify(secrets: &[Secret], posted: &Posted<'_>) -> Result<Verified, Refused> {
    if secrets.is_empty() {
        return Err(Refused::Unknown);
    }
    let id = single(posted.headers, "webhook-id")?;
    let timestamp = single(posted.headers, "webhook-timestamp")?;
    let signatures = single(posted.headers, "webhook-signature")?;
    let timestamp: i64 = timestamp
        .parse()
        .map_err(|_| Refused::Forged("webhook-timestamp is no number of seconds"))?;
    let now = posted.at.timestamp();
    standard_webhooks::verify(secrets, id, timestamp, signatures, posted.body, now).map_err(
        |forged| match forged {
            Forged::Time => Refused::Forged("the timestamp is more than five minutes from now"),
            _ => Refused::Forged("the signature is wrong"),
        },
    )?;
    let event: Option<Event> = serde_json::from_slice(posted.body).ok();
    Ok(Verified {
        event_id: Some(id.to_owned()),
        kind: event.map(|event| event.r#type),
    })
}
