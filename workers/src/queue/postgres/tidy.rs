//! What SQS does by itself: forgetting.

use std::time::Duration;

use coach_domain::queue::{MAX_RECEIVES, Result};
use sea_orm::ConnectionTrait;

use super::PostgresQueue;
use crate::queue::database::{failure, statement};

/// Rows in a statement.
const BATCH: u64 = 1_000;

impl PostgresQueue {
    /// Deletes dead letters that died longer than `dead_for` ago, of all queues, and forgets what was sent in order
    /// longer than five minutes ago. Some rows at a time, so that nobody waits for it; to be called now and then. Says
    /// how many dead letters there were.
    ///
    /// # Errors
    ///
    /// When the database does not answer; what was deleted by then is.
    pub async fn tidy(&self, dead_for: Duration) -> Result<u64> {
        let dead = format!(
            "
            DELETE FROM queue_message
            WHERE id = ANY (ARRAY (
                SELECT id
                FROM queue_message
                WHERE receives >= {MAX_RECEIVES} AND visible_at <= statement_timestamp() - $1 * interval '1 second'
                LIMIT {BATCH}
                FOR UPDATE SKIP LOCKED
            ))"
        );
        let deleted = self.repeat(&dead, dead_for).await?;
        let sent = format!(
            "
            DELETE FROM queue_sent
            WHERE ctid = ANY (ARRAY (
                SELECT ctid
                FROM queue_sent
                WHERE sent_at <= statement_timestamp() - $1 * interval '1 second'
                ORDER BY sent_at
                LIMIT {BATCH}
                FOR UPDATE SKIP LOCKED
            ))"
        );
        self.repeat(&sent, Duration::from_mins(5)).await?;
        Ok(deleted)
    }

    async fn repeat(&self, sql: &str, age: Duration) -> Result<u64> {
        let mut total = 0;
        loop {
            let query = statement(sql, [age.as_secs_f64().into()]);
            let done = self.pool.execute_raw(query).await.map_err(failure)?;
            total += done.rows_affected();
            if done.rows_affected() < BATCH {
                return Ok(total);
            }
        }
    }
}
