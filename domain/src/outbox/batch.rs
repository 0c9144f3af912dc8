//! Collects messages until the transaction that causes them inserts them into the outbox.

use chrono::{DateTime, Utc};
use serde_json::Value;
use uuid::Uuid;

use super::Payload;
use crate::{
    Error, Result,
    id::{self, MemberId},
    queue::QueueName,
};

/// A message to be written to the outbox.
#[derive(Clone, Debug, PartialEq)]
pub struct OutboxMessage {
    /// The envelope's id, a `UUIDv7`.
    pub id: Uuid,
    /// The queue that it is sent to.
    pub queue: QueueName,
    /// The message's kind, such as `email.welcome`.
    pub kind: &'static str,
    /// The version of the kind's payload.
    pub version: u32,
    /// When the change that causes the message happened.
    pub occurred_at: DateTime<Utc>,
    /// The member that the message is about, if any.
    pub member: Option<MemberId>,
    /// The payload, as defined by kind and version.
    pub payload: Value,
}

/// The outbox messages of one transaction, in order.
#[derive(Clone, Debug)]
pub struct OutboxBatch {
    member: Option<MemberId>,
    now: DateTime<Utc>,
    occurred_at: DateTime<Utc>,
    messages: Vec<OutboxMessage>,
}

impl OutboxBatch {
    /// An empty batch, for changes that happen now.
    pub fn new(member: Option<MemberId>, now: DateTime<Utc>) -> Self {
        Self {
            member,
            now,
            occurred_at: now,
            messages: Vec::new(),
        }
    }

    /// Sets the time of the change, if it happened earlier than now.
    #[must_use]
    pub fn with_occurred_at(self, occurred_at: DateTime<Utc>) -> Self {
        Self {
            occurred_at,
            ..self
        }
    }

    /// Sets the member of the messages that are enqueued from now on.
    pub fn set_member(&mut self, member: MemberId) {
        self.member = Some(member);
    }

    /// Enqueues a message, which is sent to its queue once the transaction is committed. Returns the envelope's id.
    ///
    /// # Errors
    ///
    /// When the payload cannot be serialized as JSON, which is a bug.
    pub fn enqueue<P: Payload>(&mut self, payload: &P) -> Result<Uuid> {
        let payload = serde_json::to_value(payload);
        let id = id::new_v7(self.now);
        self.messages.push(OutboxMessage {
            id,
            queue: P::QUEUE,
            kind: P::KIND,
            version: P::VERSION,
            occurred_at: self.occurred_at,
            member: self.member,
            payload: payload.map_err(|error| Error::Invariant(error.to_string()))?,
        });
        Ok(id)
    }

    /// Adds the messages of another batch.
    pub fn append(&mut self, other: Self) {
        self.messages.extend(other.messages);
    }

    /// The messages enqueued so far, in order.
    pub fn messages(&self) -> &[OutboxMessage] {
        &self.messages
    }

    /// The enqueued messages, in order.
    pub fn into_messages(self) -> Vec<OutboxMessage> {
        self.messages
    }
}
