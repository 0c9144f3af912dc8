//! Pausing and resuming queues.

use std::sync::Arc;

use serde::Serialize;
use serde_json::json;

use super::QueueRepair;
use crate::{
    Result, audit,
    command::{Command, CommandContext, CommandError},
    queue::{Operations, QueueName},
};

impl QueueRepair<'_> {
    /// Pauses a queue. Returns whether it was running.
    pub async fn pause(&self, queue: QueueName) -> Result<bool> {
        let (operations, now) = (self.operations, self.now);
        let changed = operations.pause_in(self.transaction, queue, now).await?;
        self.record_change(changed, "queue.pause", queue).await
    }

    /// Resumes a queue. Returns whether it was paused.
    pub async fn resume(&self, queue: QueueName) -> Result<bool> {
        let (operations, now) = (self.operations, self.now);
        let changed = operations.resume_in(self.transaction, queue, now).await?;
        self.record_change(changed, "queue.resume", queue).await
    }

    async fn record_change(
        &self,
        changed: bool,
        action: &'static str,
        queue: QueueName,
    ) -> Result<bool> {
        if changed {
            let entry = self.entry(action, json!({ "queue": queue }));
            audit::record(self.transaction, &entry, self.now).await?;
        }
        Ok(changed)
    }
}

/// Pauses a queue. If it is already paused it does nothing. The output is whether it was running.
#[derive(Serialize)]
pub struct PauseQueue {
    /// The queue.
    pub queue: QueueName,
    /// The implementation of the queues.
    #[serde(skip)]
    pub operations: Arc<dyn Operations>,
}

impl Command for PauseQueue {
    const NAME: &'static str = "pauseQueue";
    const REQUIRES_MEMBER: bool = false;
    type Output = bool;

    async fn run(&self, context: &mut CommandContext<'_>) -> Result<bool, CommandError> {
        let repair = QueueRepair::of_command(&*self.operations, context);
        Ok(repair.pause(self.queue).await?)
    }
}

/// Resumes a queue. If it is not paused it does nothing. The output is whether it was paused.
#[derive(Serialize)]
pub struct ResumeQueue {
    /// The queue.
    pub queue: QueueName,
    /// The implementation of the queues.
    #[serde(skip)]
    pub operations: Arc<dyn Operations>,
}

impl Command for ResumeQueue {
    const NAME: &'static str = "resumeQueue";
    const REQUIRES_MEMBER: bool = false;
    type Output = bool;

    async fn run(&self, context: &mut CommandContext<'_>) -> Result<bool, CommandError> {
        let repair = QueueRepair::of_command(&*self.operations, context);
        Ok(repair.resume(self.queue).await?)
    }
}
