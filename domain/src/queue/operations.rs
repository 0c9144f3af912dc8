//! The queue operations for operators.

use chrono::{DateTime, Utc};

use super::{DeadLetters, Queue, QueueName, Result};
use crate::database::Transaction;

/// The queues, for operators to inspect and repair.
#[async_trait::async_trait]
pub trait Operations: Queue + DeadLetters {
    /// [`DeadLetters::redrive`] within `transaction`, if the queue is in the service's database. Otherwise it takes
    /// effect at once, whether or not the transaction is committed.
    async fn redrive_in(
        &self,
        transaction: &Transaction,
        queue: QueueName,
        only: &[String],
        limit: usize,
    ) -> Result<usize>;

    /// [`DeadLetters::discard`] within `transaction`, as [`redrive_in`](Self::redrive_in).
    async fn discard_in(
        &self,
        transaction: &Transaction,
        queue: QueueName,
        ids: &[String],
    ) -> Result<usize>;

    /// Pauses a queue within `transaction`. Returns whether it was running.
    async fn pause_in(
        &self,
        transaction: &Transaction,
        queue: QueueName,
        now: DateTime<Utc>,
    ) -> Result<bool>;

    /// Resumes a queue within `transaction`. Returns whether it was paused.
    async fn resume_in(
        &self,
        transaction: &Transaction,
        queue: QueueName,
        now: DateTime<Utc>,
    ) -> Result<bool>;

    /// The queues that are paused, each with the time since when.
    async fn paused(&self) -> Result<Vec<(QueueName, DateTime<Utc>)>>;
}
