//! Payloads that are too large for a message: they are stored in the object store, and the message has a reference.
//!
//! The code does not delete them, since a dead letter may be redriven after weeks: a lifecycle rule of the store should
//! delete objects below `payloads/` after 30 days.

use coach_domain::{
    object::{self, Attributes, Condition, ObjectStore},
    outbox::OutboxRow,
    queue::{Envelope, Outgoing},
};
use serde_json::Value;

/// The maximum size in bytes of an envelope that is sent with its payload. SNS allows 256 KiB for a message with its
/// attributes, SQS four times as much.
const MAX_INLINE_BYTES: usize = 200 * 1024;

/// An upper bound of the size in bytes of an envelope without its payload.
const REFERENCE_BYTES: usize = 1024;

/// The maximum number of digits of [`Envelope::sequence`], by which a message is longer than its row.
const SEQUENCE_DIGITS: usize = 19;

/// An upper bound of the size in bytes of a row's message.
pub(super) fn message_size(row: &OutboxRow) -> usize {
    if row.envelope.len() > MAX_INLINE_BYTES {
        REFERENCE_BYTES
    } else {
        row.envelope.len() + SEQUENCE_DIGITS
    }
}

/// The message of a row, with the row's sequence number. A large payload is stored in the object store first.
pub(super) async fn outgoing(
    row: &OutboxRow,
    objects: &dyn ObjectStore,
) -> Result<Outgoing, object::Error> {
    let mut message = Outgoing::new(row.envelope.clone());
    let envelope: Result<Envelope, _> = serde_json::from_str(&row.envelope);
    // An envelope that cannot be deserialized is sent unchanged: consumers acknowledge it as of an unknown kind.
    if let Ok(mut envelope) = envelope {
        let group = envelope.member.map_or(envelope.id, |member| member.0);
        message.group = Some(group.to_string());
        envelope.sequence = row.sequence;
        if row.envelope.len() > MAX_INLINE_BYTES {
            store_payload(&mut envelope, objects).await?;
        }
        message.body = serde_json::to_string(&envelope).unwrap_or(message.body);
    }
    message.deduplication = Some(row.id.to_string());
    Ok(message)
}

async fn store_payload(
    envelope: &mut Envelope,
    objects: &dyn ObjectStore,
) -> Result<(), object::Error> {
    let payload = std::mem::take(&mut envelope.payload);
    let key = format!("payloads/{}", envelope.id);
    let json = Attributes {
        content_type: Some("application/json"),
        cache_control: None,
    };
    // Unconditional, since a retry after a crash writes the same object.
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

/// Fetches the payload of an envelope from the object store, if it is there.
///
/// # Errors
///
/// When the object cannot be read, does not exist, or is not JSON.
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
