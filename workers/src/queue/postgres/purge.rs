//! Deletion of expired rows, which SQS does by itself.

use std::time::Duration;

use coach_domain::queue::{MAX_RECEIVES, Result};

use super::PostgresQueue;
use crate::queue::database::execute;

/// The maximum number of rows of one statement, so that it does not block others for long.
const PURGE_BATCH_SIZE: u64 = 1_000;

impl PostgresQueue {
    /// Deletes dead letters of all queues that are older than `dead_letter_retention`, and deduplication ids that are
    /// older than five minutes. Works in small batches; to be called periodically. Returns how many dead letters were
    /// deleted.
    ///
    /// # Errors
    ///
    /// When the database cannot be reached. Batches that were deleted before stay deleted.
    pub async fn purge_expired(&self, dead_letter_retention: Duration) -> Result<u64> {
        let dead = format!(
            "
            DELETE FROM queue_message
            WHERE id = ANY (ARRAY (
                SELECT id
                FROM queue_message
                WHERE receives >= {MAX_RECEIVES} AND visible_at <= statement_timestamp() - $1 * interval '1 second'
                LIMIT {PURGE_BATCH_SIZE}
                FOR UPDATE SKIP LOCKED
            ))"
        );
        let deleted = self.delete_older(&dead, dead_letter_retention).await?;
        let sent = format!(
            "
            DELETE FROM queue_sent
            WHERE ctid = ANY (ARRAY (
                SELECT ctid
                FROM queue_sent
                WHERE sent_at <= statement_timestamp() - $1 * interval '1 second'
                ORDER BY sent_at
                LIMIT {PURGE_BATCH_SIZE}
                FOR UPDATE SKIP LOCKED
            ))"
        );
        self.delete_older(&sent, Duration::from_mins(5)).await?;
        Ok(deleted)
    }

    /// Repeats `sql`, which deletes one batch of rows that are older than `age`, until no more rows are left.
    async fn delete_older(&self, sql: &str, age: Duration) -> Result<u64> {
        let mut total = 0;
        loop {
            let deleted = execute(&self.pool, sql, [age.as_secs_f64().into()]).await?;
            total += deleted;
            if deleted < PURGE_BATCH_SIZE {
                return Ok(total);
            }
        }
    }
}
