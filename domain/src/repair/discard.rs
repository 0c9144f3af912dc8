//! Discarding dead letters.

use std::sync::Arc;

use serde::Serialize;
use serde_json::{Value, json};

use super::{DeadLetterChoice, QueueRepair, RepairError, Repaired};
use crate::{
    Error, Result, audit,
    command::{Command, CommandContext, CommandError},
    queue::{Operations, QueueName, Received},
};

impl QueueRepair<'_> {
    /// Deletes dead letters for good. A dry run only counts them. Returns their number.
    ///
    /// # Errors
    ///
    /// [`RepairError::Missing`] when there are not all of the chosen ids; then nothing is changed.
    pub async fn discard(
        &self,
        queue: QueueName,
        choice: &DeadLetterChoice,
        dry_run: bool,
    ) -> Result<usize, RepairError> {
        let letters = self.find(queue, choice).await?;
        if dry_run || letters.is_empty() {
            return Ok(letters.len());
        }
        // The audit entry is the only record of them that remains.
        let records: Vec<_> = letters.iter().map(record).collect();
        let entry = self.entry(
            "queue.discard",
            json!({ "queue": queue, "letters": records }),
        );
        let entry = audit::begin(self.transaction, &entry, self.now).await?;
        let ids: Vec<_> = letters.into_iter().map(|letter| letter.id).collect();
        let discarded = self.operations.discard_in(self.transaction, queue, &ids);
        let discarded = discarded.await.map_err(Error::from)?;
        self.settle(entry, "discarded", discarded).await?;
        Ok(discarded)
    }
}

/// What the audit log keeps of a dead letter.
fn record(letter: &Received) -> Value {
    let envelope = letter.envelope();
    json!({
        "id": letter.id,
        "envelope": envelope.as_ref().map(|envelope| envelope.id),
        "kind": envelope.as_ref().map(|envelope| &envelope.kind),
    })
}

/// Deletes dead letters for good.
#[derive(Serialize)]
pub struct DiscardDeadLetters {
    /// The queue, not its dead letter queue.
    pub queue: QueueName,
    /// Which of its dead letters.
    #[serde(flatten)]
    pub choice: DeadLetterChoice,
    /// Whether to count them only.
    pub dry_run: bool,
    /// The implementation of the queues.
    #[serde(skip)]
    pub operations: Arc<dyn Operations>,
}

impl Command for DiscardDeadLetters {
    const NAME: &'static str = "discardDeadLetters";
    const REQUIRES_MEMBER: bool = false;
    type Output = Repaired;

    async fn run(&self, context: &mut CommandContext<'_>) -> Result<Repaired, CommandError> {
        let repair = QueueRepair::of_command(&*self.operations, context);
        let count = repair.discard(self.queue, &self.choice, self.dry_run).await;
        let count = count.map_err(|error| error.for_choice(&self.choice))?;
        Ok(Repaired { count })
    }
}
