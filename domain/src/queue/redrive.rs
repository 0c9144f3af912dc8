//! Giving dead letters back, as staff ask for it.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Operations, QueueName};
use crate::{
    audit::{self, Deed},
    command::{Command, Refusal, Work},
};

/// Gives dead letters back to their queue, oldest first, with a record of who did it.
#[derive(Serialize)]
pub struct RedriveDeadLetters {
    /// Which queue.
    pub queue: QueueName,
    /// The most of them.
    pub limit: u32,
    /// Whether only to count them.
    pub dry_run: bool,
    /// The queues.
    #[serde(skip)]
    pub operations: Arc<dyn Operations>,
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redriven {
    /// How many were given back, or would be.
    pub count: usize,
}

impl Command for RedriveDeadLetters {
    const NAME: &'static str = "redriveDeadLetters";
    const FOR_MEMBERS: bool = false;
    type Outcome = Redriven;

    async fn run(&self, work: &mut Work<'_>) -> Result<Redriven, Refusal> {
        let most = usize::try_from(self.limit).unwrap_or(usize::MAX);
        if self.dry_run {
            let dead = self.operations.depth(self.queue).await?.dead;
            let count = usize::try_from(dead).unwrap_or(usize::MAX).min(most);
            return Ok(Redriven { count });
        }
        let transaction = work.transaction();
        let redriven = self
            .operations
            .redrive_in(transaction, self.queue, &[], most);
        let count = redriven.await?;
        if count > 0 {
            let subject = work.subject();
            let deed = Deed {
                actor: &subject.subject,
                action: "queue.redrive",
                detail: json!({
                    "queue": self.queue,
                    "limit": self.limit,
                    "redriven": count,
                    "issuer": subject.issuer,
                }),
            };
            audit::record(transaction, &deed, work.now()).await?;
        }
        Ok(Redriven { count })
    }
}
