//! Redriving dead letters.

use std::sync::Arc;

use serde::Serialize;
use serde_json::json;

use super::{DeadLetterChoice, QueueRepair, RepairError, Repaired};
use crate::{
    Error, Result, audit,
    command::{Command, CommandContext, CommandError},
    queue::{Operations, QueueName},
};

impl QueueRepair<'_> {
    /// Moves dead letters back to their queue, oldest first. A dry run only counts them. Returns their number.
    ///
    /// # Errors
    ///
    /// [`RepairError::Missing`] when there are not all of the chosen ids; then nothing is changed.
    pub async fn redrive(
        &self,
        queue: QueueName,
        choice: &DeadLetterChoice,
        dry_run: bool,
    ) -> Result<usize, RepairError> {
        let max = if choice.ids.is_empty() {
            usize::try_from(choice.limit).unwrap_or(usize::MAX)
        } else {
            self.find(queue, choice).await?.len()
        };
        if dry_run {
            let depth = self.operations.depth(queue).await.map_err(Error::from)?;
            return Ok(usize::try_from(depth.dead).unwrap_or(usize::MAX).min(max));
        }
        let mut detail = json!({ "queue": queue });
        if choice.ids.is_empty() {
            detail["limit"] = choice.limit.into();
        } else {
            detail["ids"] = json!(choice.ids);
        }
        let entry = self.entry("queue.redrive", detail);
        let entry = audit::begin(self.transaction, &entry, self.now).await?;
        let (operations, ids) = (self.operations, &choice.ids);
        let redriven = operations.redrive_in(self.transaction, queue, ids, max);
        let redriven = redriven.await.map_err(Error::from)?;
        self.settle(entry, "redriven", redriven).await?;
        Ok(redriven)
    }
}

/// Moves dead letters back to their queue, oldest first.
#[derive(Serialize)]
pub struct RedriveDeadLetters {
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

impl Command for RedriveDeadLetters {
    const NAME: &'static str = "redriveDeadLetters";
    const REQUIRES_MEMBER: bool = false;
    type Output = Repaired;

    async fn run(&self, context: &mut CommandContext<'_>) -> Result<Repaired, CommandError> {
        let repair = QueueRepair::of_command(&*self.operations, context);
        let count = repair.redrive(self.queue, &self.choice, self.dry_run).await;
        let count = count.map_err(|error| error.for_choice(&self.choice))?;
        Ok(Repaired { count })
    }
}
