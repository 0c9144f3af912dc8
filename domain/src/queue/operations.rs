//! What operators need of queues.

use chrono::{DateTime, Utc};

use super::{DeadLetters, Queue, QueueName, Result};
use crate::database::Transaction;

/// Queues, as operators see and mend them.
#[async_trait::async_trait]
pub trait Operations: Queue + DeadLetters {
    /// As [`DeadLetters::redrive`], in a transaction where the queue is in our database. Where it is not, it is done at
    /// once, whatever becomes of the transaction.
    async fn redrive_in(
        &self,
        transaction: &Transaction,
        queue: QueueName,
        only: &[String],
        most: usize,
    ) -> Result<usize>;

    /// As [`DeadLetters::discard`], in the same way.
    async fn discard_in(
        &self,
        transaction: &Transaction,
        queue: QueueName,
        ids: &[String],
    ) -> Result<usize>;

    /// The queues that give out nothing for now, with the moments since which they do.
    async fn paused(&self) -> Result<Vec<(QueueName, DateTime<Utc>)>>;
}
