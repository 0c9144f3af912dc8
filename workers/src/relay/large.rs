//! The messages of rows. Envelopes are forwarded as they are, without being parsed. Payloads that are too large for a
//! message are stored in the object store, and the message has a reference.
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

/// The maximum number of digits of [`Envelope::sequence`], by which a message may be longer than its row.
const SEQUENCE_DIGITS: usize = 19;

/// An upper bound of the size in bytes of a row's message.
pub(super) fn message_size(row: &OutboxRow) -> usize {
    if row.envelope.len() > MAX_INLINE_BYTES {
        REFERENCE_BYTES
    } else {
        row.envelope.len() + SEQUENCE_DIGITS
    }
}

/// The message of a row. A large payload is stored in the object store first.
pub(super) async fn outgoing(
    row: &OutboxRow,
    objects: &dyn ObjectStore,
) -> Result<Outgoing, object::Error> {
    let mut message = Outgoing {
        group: row.group.map(|group| group.to_string()),
        deduplication: Some(row.id.to_string()),
        ..Outgoing::new(row.envelope.clone())
    };
    let is_large = row.envelope.len() > MAX_INLINE_BYTES;
    if row.group.is_some() && !is_large {
        return Ok(message);
    }
    // An envelope that cannot be deserialized is sent unchanged: consumers acknowledge it as of an unknown kind.
    if let Ok(mut envelope) = serde_json::from_str::<Envelope>(&row.envelope) {
        message.group = Some(envelope.group().to_string());
        envelope.sequence = row.sequence;
        if is_large {
            store_payload(&mut envelope, objects).await?;
        }
        message.body = serde_json::to_string(&envelope).unwrap_or(message.body);
    }
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
    let (bytes, condition) = (payload.to_string(), Condition::Always);
    let stored = objects.put(&key, bytes.as_bytes(), &json, &condition);
    stored.await?;
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

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::object::Folder;

    const MEMBER: &str = "0195a1f0-7c00-7a4e-9d2b-3f6f0c1b2a4d";

    async fn send(envelope: &str, group: Option<Uuid>) -> Outgoing {
        let row = OutboxRow {
            sequence: 7,
            id: Uuid::from_u128(1),
            partition: 0,
            group,
            envelope: envelope.to_owned(),
            attempts: 1,
        };
        let objects = Folder::new("nothing is stored here");
        let message = outgoing(&row, &objects).await.unwrap();
        assert_eq!(message.deduplication, Some(Uuid::from_u128(1).to_string()));
        message
    }

    #[tokio::test]
    async fn the_envelope_is_forwarded_byte_for_byte() {
        for body in [r#"{"sequence":7, "later": 1.50}"#, "no envelope"] {
            let message = send(body, Some(Uuid::from_u128(2))).await;
            assert_eq!(message.body, body);
            assert_eq!(message.group, Some(Uuid::from_u128(2).to_string()));
        }
    }

    #[tokio::test]
    async fn a_row_of_the_release_before_gets_its_group_and_sequence() {
        let head = format!(r#"{{"id":"{}","kind":"a","version":1"#, Uuid::from_u128(1));
        let tail =
            format!(r#""occurredAt":"2026-03-18T12:00:00Z","sequence":0,"member":"{MEMBER}""#);
        let message = send(&format!("{head},{tail}}}"), None).await;
        let envelope: Envelope = serde_json::from_str(&message.body).unwrap();
        assert_eq!(envelope.sequence, 7);
        assert_eq!(message.group.as_deref(), Some(MEMBER));
        let message = send("no envelope", None).await;
        assert_eq!(
            (message.body.as_str(), message.group),
            ("no envelope", None)
        );
    }
}
