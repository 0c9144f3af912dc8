//! What travels in a message.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::id::MemberId;

/// A side effect on its way: what is to be done, and where it comes from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Envelope {
    /// A `UUIDv7` that it keeps through every queue, retry and redrive. Consumers know by it what they have done.
    pub id: Uuid,
    /// What is to be done, such as `email.check-in-received`.
    pub kind: String,
    /// Of the kind; a consumer that does not know it gives the message back.
    pub version: u32,
    /// When what caused it happened, written in whole seconds.
    #[serde(with = "crate::clock::whole_seconds")]
    pub occurred_at: DateTime<Utc>,
    /// Its place in the outbox, which the relay writes here. A member's row is locked while numbers are given, so those of
    /// one member grow in the order of their commits, whatever the clocks of processes and phones say. 0 until it is sent.
    #[serde(default)]
    pub sequence: i64,
    /// Whom it concerns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member: Option<MemberId>,
    /// Where it was caused, as W3C's `traceparent`; the consumer's span links to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace: Option<String>,
    /// What kind and version define.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub payload: Value,
    /// Where the payload is in the object store, when it is too large to travel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payload_at: Option<String>,
}
