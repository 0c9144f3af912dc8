//! Payloads that are too large to travel: they wait in the object store, and their messages carry a reference.
//!
//! Nobody deletes them one by one, for a dead letter may be redriven after weeks: a rule of the store that forgets what
//! is older than 30 days below `payloads/` does.

use coach_domain::{
    object::{self, Attributes, Condition, ObjectStore},
    outbox::Owed,
    queue::{Envelope, Outgoing},
};
use serde_json::Value;

/// The longest envelope that travels whole. SNS takes 256 KiB in all, SQS four times as much.
const LARGE: usize = 200 * 1024;

/// About how long an envelope without its payload is.
const SMALL: usize = 1024;

/// How many digits a message has more than its row, at most, for the place in the outbox.
const DIGITS: usize = 19;

/// How long the message of a row is, or somewhat more.
pub(super) fn travels_as(row: &Owed) -> usize {
    if row.envelope.len() > LARGE {
        SMALL
    } else {
        row.envelope.len() + DIGITS
    }
}

/// The message of a row, which tells its place in the outbox; its payload is put away first where it is too large.
pub(super) async fn outgoing(
    row: &Owed,
    objects: &dyn ObjectStore,
) -> Result<Outgoing, object::Error> {
    let mut message = Outgoing::new(row.envelope.clone());
    let envelope: Result<Envelope, _> = serde_json::from_str(&row.envelope);
    // What we cannot read goes as it is: consumers have a way with such messages.
    if let Ok(mut envelope) = envelope {
        let whom = envelope.member.map_or(envelope.id, |member| member.0);
        message.group = Some(whom.to_string());
        envelope.sequence = row.sequence;
        if row.envelope.len() > LARGE {
            put_away(&mut envelope, objects).await?;
        }
        message.body = serde_json::to_string(&envelope).unwrap_or(message.body);
    }
    message.deduplication = Some(row.id.to_string());
    Ok(message)
}

async fn put_away(envelope: &mut Envelope, objects: &dyn ObjectStore) -> Result<(), object::Error> {
    let payload = std::mem::take(&mut envelope.payload);
    let key = format!("payloads/{}", envelope.id);
    let json = Attributes {
        content_type: Some("application/json"),
        cache_control: None,
    };
    // Written again after a crash: the same.
    objects
        .put(
            &key,
            payload.to_string().as_bytes(),
            &json,
            &Condition::Always,
        )
        .await?;
    envelope.payload_at = Some(key);
    Ok(())
}

/// Brings the payload of an envelope back to it, where it was put away.
///
/// # Errors
///
/// When it cannot be read, or is not there.
pub async fn fetch(
    envelope: &mut Envelope,
    objects: &dyn ObjectStore,
) -> Result<(), object::Error> {
    let Some(key) = &envelope.payload_at else {
        return Ok(());
    };
    let object = objects.get(key).await?;
    let missing = || object::Error::Refused("a payload is not there any more".to_owned());
    let payload: Value = serde_json::from_slice(&object.ok_or_else(missing)?.bytes)
        .map_err(|_| object::Error::Refused("a payload is not JSON".to_owned()))?;
    envelope.payload = payload;
    envelope.payload_at = None;
    Ok(())
}
