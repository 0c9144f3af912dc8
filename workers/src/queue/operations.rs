//! The operations of operators, for both implementations.

use chrono::{DateTime, Utc};
use coach_domain::{
    database::Transaction,
    queue::{DeadLetters as _, Operations, QueueName, Result},
};

use super::{PostgresQueue, SqsQueue, pause};

#[async_trait::async_trait]
impl Operations for PostgresQueue {
    async fn redrive_in(
        &self,
        transaction: &Transaction,
        queue: QueueName,
        only: &[String],
        limit: usize,
    ) -> Result<usize> {
        self.redrive_on(transaction, queue, only, limit).await
    }

    async fn discard_in(
        &self,
        transaction: &Transaction,
        queue: QueueName,
        ids: &[String],
    ) -> Result<usize> {
        self.discard_on(transaction, queue, ids).await
    }

    async fn pause_in(
        &self,
        transaction: &Transaction,
        queue: QueueName,
        now: DateTime<Utc>,
    ) -> Result<bool> {
        pause::pause(transaction, queue, now).await
    }

    async fn resume_in(
        &self,
        transaction: &Transaction,
        queue: QueueName,
        now: DateTime<Utc>,
    ) -> Result<bool> {
        pause::resume(transaction, queue, now).await
    }

    async fn paused(&self) -> Result<Vec<(QueueName, DateTime<Utc>)>> {
        pause::paused(&self.pool).await
    }
}

#[async_trait::async_trait]
impl Operations for SqsQueue {
    async fn redrive_in(
        &self,
        _: &Transaction,
        queue: QueueName,
        only: &[String],
        limit: usize,
    ) -> Result<usize> {
        self.redrive(queue, only, limit).await
    }

    async fn discard_in(&self, _: &Transaction, queue: QueueName, ids: &[String]) -> Result<usize> {
        self.discard(queue, ids).await
    }

    async fn pause_in(
        &self,
        transaction: &Transaction,
        queue: QueueName,
        now: DateTime<Utc>,
    ) -> Result<bool> {
        pause::pause(transaction, queue, now).await
    }

    async fn resume_in(
        &self,
        transaction: &Transaction,
        queue: QueueName,
        now: DateTime<Utc>,
    ) -> Result<bool> {
        pause::resume(transaction, queue, now).await
    }

    async fn paused(&self) -> Result<Vec<(QueueName, DateTime<Utc>)>> {
        pause::paused(&self.pauses.pool).await
    }
}
