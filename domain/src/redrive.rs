//! The staff's command to redrive dead letters.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    audit::{self, AuditEntry},
    command::{Command, CommandContext, CommandError},
    queue::{Operations, QueueName},
};

/// Moves dead letters back to their queue, oldest first, and writes an audit entry.
#[derive(Serialize)]
pub struct RedriveDeadLetters {
    /// The queue, not its dead letter queue.
    pub queue: QueueName,
    /// The most dead letters to move.
    pub limit: u32,
    /// Whether to count them only.
    pub dry_run: bool,
    /// The implementation of the queues.
    #[serde(skip)]
    pub operations: Arc<dyn Operations>,
}

/// The output of [`RedriveDeadLetters`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redriven {
    /// How many dead letters were moved, or would be in a dry run.
    pub count: usize,
}

impl Command for RedriveDeadLetters {
    const NAME: &'static str = "redriveDeadLetters";
    const REQUIRES_MEMBER: bool = false;
    type Output = Redriven;

    async fn run(&self, context: &mut CommandContext<'_>) -> Result<Redriven, CommandError> {
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        if self.dry_run {
            let dead = self.operations.depth(self.queue).await?.dead;
            let count = usize::try_from(dead).unwrap_or(usize::MAX).min(limit);
            return Ok(Redriven { count });
        }
        let transaction = context.transaction();
        let redriven = self
            .operations
            .redrive_in(transaction, self.queue, &[], limit);
        let count = redriven.await?;
        if count > 0 {
            let subject = context.subject();
            let entry = AuditEntry {
                actor: &subject.subject,
                action: "queue.redrive",
                detail: json!({
                    "queue": self.queue,
                    "limit": self.limit,
                    "redriven": count,
                    "issuer": subject.issuer,
                }),
            };
            audit::record(transaction, &entry, context.now()).await?;
        }
        Ok(Redriven { count })
    }
}
