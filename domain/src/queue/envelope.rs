//! The envelope of a message.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::id::MemberId;

/// The body of a message: the payload with its metadata.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Envelope {
    /// A `UUIDv7`, which stays the same through every queue, retry and redrive. Consumers deduplicate messages by it.
    pub id: Uuid,
    /// The message's kind, such as `email.check-in-received`, by which consumers choose what to do.
    pub kind: String,
    /// The version of the kind's payload. A consumer that does not know it returns the message to the queue.
    pub version: u32,
    /// When the change that caused the message happened, in whole seconds.
    #[serde(with = "crate::clock::whole_seconds")]
    pub occurred_at: DateTime<Utc>,
    /// The position in the outbox, which is known when the relay claims the row; 0 and not serialized before. A member's
    /// row is locked while numbers are assigned, so the numbers of one member increase in the order of commits, whatever
    /// the clocks of servers and phones show.
    #[serde(default, skip_serializing_if = "is_unknown")]
    pub sequence: i64,
    /// The member that the message is about, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member: Option<MemberId>,
    /// The trace context of the message's creation, as a W3C `traceparent`, which the consumer's span continues.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace: Option<String>,
    /// The payload, as defined by kind and version.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub payload: Value,
    /// The payload's key in the object store, when it is too large for a message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payload_at: Option<String>,
}

impl Envelope {
    /// The message group: the member, or the message itself if it has none.
    pub fn group(&self) -> Uuid {
        self.member.map_or(self.id, |member| member.0)
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the signature that serde calls"
)]
fn is_unknown(sequence: &i64) -> bool {
    *sequence == 0
}
