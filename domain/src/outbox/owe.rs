//! Gathering what is owed until the transaction that causes it inserts it.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::Effect;
use crate::{
    Error, Result,
    id::{self, MemberId},
    queue::QueueName,
};

/// What side effects are owed to.
pub trait Owe {
    /// Owes a side effect: it is sent to the queue once the transaction is committed. `kind` and `version` say how
    /// consumers read `payload`.
    ///
    /// # Errors
    ///
    /// When the payload is not JSON: a defect.
    fn owe(
        &mut self,
        queue: QueueName,
        kind: &'static str,
        version: u32,
        payload: &impl Serialize,
    ) -> Result<()>;
}

/// Side effects about one member, of what is not a command of theirs.
#[derive(Clone, Debug)]
pub struct Effects {
    member: MemberId,
    now: DateTime<Utc>,
    owed: Vec<Effect>,
}

impl Effects {
    /// None yet, of what happens now.
    pub fn new(member: MemberId, now: DateTime<Utc>) -> Self {
        Self {
            member,
            now,
            owed: Vec::new(),
        }
    }

    /// What was owed, in its order.
    pub fn owed(&self) -> &[Effect] {
        &self.owed
    }
}

impl Owe for Effects {
    fn owe(
        &mut self,
        queue: QueueName,
        kind: &'static str,
        version: u32,
        payload: &impl Serialize,
    ) -> Result<()> {
        let payload = serde_json::to_value(payload);
        let payload = payload.map_err(|error| Error::Invariant(error.to_string()))?;
        self.owed.push(Effect {
            id: id::at(self.now),
            queue,
            kind,
            version,
            occurred_at: self.now,
            member: Some(self.member),
            payload,
        });
        Ok(())
    }
}
