//! What operators do about queues: redriving and discarding dead letters, and pausing. `coach queue` does the same as the
//! mutations for staff, and both are in the audit log.

mod discard;
mod pause;
mod redrive;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub use discard::DiscardDeadLetters;
pub use pause::{PauseQueue, ResumeQueue};
pub use redrive::RedriveDeadLetters;

use crate::{
    Error, Result,
    audit::{Actor, AuditEntry, BegunEntry},
    command::{CommandContext, CommandError, UserError, UserErrorReason},
    database::Transaction,
    queue::{Operations, QueueName, Received},
};

/// How many of the oldest dead letters are searched for given ids.
const MAX_SEARCHED: usize = 10_000;

/// Which dead letters of a queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DeadLetterChoice {
    /// Those with these ids; if there are none, the oldest ones.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ids: Vec<String>,
    /// The most dead letters, unless there are ids.
    pub limit: u32,
}

/// How many dead letters were redriven or discarded, or would be in a dry run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repaired {
    /// The number of dead letters.
    pub count: usize,
}

/// Why dead letters were neither redriven nor discarded.
#[derive(Debug, thiserror::Error)]
pub enum RepairError {
    /// The queue has no dead letters with these ids.
    #[error("there is no dead letter with the id {}", .0.join(", "))]
    Missing(Vec<String>),
    /// Any other failure.
    #[error(transparent)]
    Domain(#[from] Error),
}

/// An operator at the queues. Each change is made in the transaction, together with its audit entry.
#[derive(Clone, Copy)]
pub struct QueueRepair<'a> {
    /// The implementation of the queues.
    pub operations: &'a dyn Operations,
    /// The transaction, which the caller commits. A queue outside of the database changes at once; the audit entry is
    /// inserted before, so that nothing changes that could not be recorded.
    pub transaction: &'a Transaction,
    /// The operator.
    pub actor: Actor<'a>,
    /// The current time.
    pub now: DateTime<Utc>,
}

impl<'a> QueueRepair<'a> {
    /// The caller of a command.
    fn of_command(operations: &'a dyn Operations, context: &CommandContext<'a>) -> Self {
        Self {
            operations,
            transaction: context.transaction(),
            actor: context.subject().into(),
            now: context.now(),
        }
    }

    fn entry(&self, action: &'static str, detail: Value) -> AuditEntry<'a> {
        AuditEntry {
            actor: self.actor,
            action,
            detail,
        }
    }

    /// Adds the number of dead letters to the audit entry, or removes it if nothing was changed.
    async fn settle(&self, entry: BegunEntry, name: &str, count: usize) -> Result<()> {
        if count > 0 {
            entry
                .complete(self.transaction, json!({ name: count }))
                .await
        } else {
            entry.withdraw(self.transaction).await
        }
    }

    /// The chosen dead letters, oldest first.
    async fn find(
        &self,
        queue: QueueName,
        choice: &DeadLetterChoice,
    ) -> Result<Vec<Received>, RepairError> {
        let DeadLetterChoice { ids, limit } = choice;
        let max = if ids.is_empty() {
            usize::try_from(*limit).unwrap_or(usize::MAX)
        } else {
            MAX_SEARCHED
        };
        let letters = self.operations.list_dead_letters(queue, max).await;
        let mut letters = letters.map_err(Error::from)?;
        if ids.is_empty() {
            return Ok(letters);
        }
        letters.retain(|letter| ids.contains(&letter.id));
        let is_missing = |id: &&String| letters.iter().all(|letter| letter.id != **id);
        let missing: Vec<_> = ids.iter().filter(is_missing).cloned().collect();
        if missing.is_empty() {
            Ok(letters)
        } else {
            Err(RepairError::Missing(missing))
        }
    }
}

impl RepairError {
    /// The error of a command with this choice. The path of a missing id leads to the first of them.
    fn for_choice(self, choice: &DeadLetterChoice) -> CommandError {
        match self {
            Self::Domain(error) => error.into(),
            Self::Missing(missing) => {
                let index = choice.ids.iter().position(|id| missing.contains(id));
                let path = ["input", "ids"].map(str::to_owned).into_iter();
                let path = path.chain(index.map(|index| index.to_string()));
                UserError::at(UserErrorReason::UnknownObject, path.collect()).into()
            }
        }
    }
}
