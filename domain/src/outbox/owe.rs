//! Gathering what is owed until the transaction that causes it inserts it.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use crate::{
    Error, Result,
    id::{self, MemberId},
    queue::QueueName,
};

/// What an envelope carries.
pub trait Payload: Serialize {
    /// The queue that it goes through.
    const QUEUE: QueueName;
    /// What is to be done.
    const KIND: &'static str;
    /// Of the kind. Fields may be added to a version when they are optional; anything else is a new version.
    const VERSION: u32 = 1;
}

/// A side effect that is owed.
#[derive(Clone, Debug, PartialEq)]
pub struct Effect {
    /// The envelope's id.
    pub id: Uuid,
    /// Where it goes.
    pub queue: QueueName,
    /// What is to be done.
    pub kind: &'static str,
    /// Of the kind.
    pub version: u32,
    /// When what caused it happened.
    pub occurred_at: DateTime<Utc>,
    /// Whom it concerns.
    pub member: Option<MemberId>,
    /// What kind and version define.
    pub payload: Value,
}

/// Side effects of one cause.
#[derive(Clone, Debug)]
pub struct Effects {
    member: Option<MemberId>,
    now: DateTime<Utc>,
    occurred_at: DateTime<Utc>,
    owed: Vec<Effect>,
}

impl Effects {
    /// None yet, of what happens now.
    pub fn new(member: Option<MemberId>, now: DateTime<Utc>) -> Self {
        Self {
            member,
            now,
            occurred_at: now,
            owed: Vec::new(),
        }
    }

    /// Of what happened then, and is learnt of now.
    #[must_use]
    pub fn of(self, occurred_at: DateTime<Utc>) -> Self {
        Self {
            occurred_at,
            ..self
        }
    }

    /// Whom what is owed from now on concerns.
    pub fn concern(&mut self, member: MemberId) {
        self.member = Some(member);
    }

    /// Owes a side effect: it is sent to its queue once the transaction is committed. Tells the envelope's id.
    ///
    /// # Errors
    ///
    /// When the payload is not JSON: a defect.
    pub fn owe<P: Payload>(&mut self, payload: &P) -> Result<Uuid> {
        let payload = serde_json::to_value(payload);
        let id = id::at(self.now);
        self.owed.push(Effect {
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

    /// What was owed, in its order.
    pub fn owed(&self) -> &[Effect] {
        &self.owed
    }

    /// What was owed, in its order.
    pub fn into_owed(self) -> Vec<Effect> {
        self.owed
    }
}
