//! Dead letters: messages whose last visibility timeout has ended. They stay in the table, with an index of their own.

use coach_domain::queue::{DeadLetters, MAX_RECEIVES, QueueName, Received, Result};
use sea_orm::{ConnectionTrait, Value};

use super::{PostgresQueue, receive::parse_row};
use crate::queue::database::{execute, query};

#[async_trait::async_trait]
impl DeadLetters for PostgresQueue {
    async fn list_dead_letters(&self, queue: QueueName, limit: usize) -> Result<Vec<Received>> {
        let sql = format!(
            "
            SELECT id, receives, body, sent_at
            FROM queue_message
            WHERE queue = $1 AND receives >= {MAX_RECEIVES} AND visible_at <= statement_timestamp()
            ORDER BY visible_at, id
            LIMIT {}",
            sql_limit(limit)
        );
        let values = [queue.as_str().into()];
        query(&self.pool, sql, values, |row| Ok(parse_row(row)?.1)).await
    }

    async fn redrive(&self, queue: QueueName, only: &[String], limit: usize) -> Result<usize> {
        let done = self.redrive_on(&self.pool, queue, only, limit).await?;
        self.wake(queue);
        Ok(done)
    }

    async fn discard(&self, queue: QueueName, only: &[String]) -> Result<usize> {
        self.discard_on(&self.pool, queue, only).await
    }
}

impl PostgresQueue {
    pub(in crate::queue) async fn redrive_on(
        &self,
        db: &impl ConnectionTrait,
        queue: QueueName,
        only: &[String],
        limit: usize,
    ) -> Result<usize> {
        let mut values = vec![queue.as_str().into()];
        let filter = if only.is_empty() {
            ""
        } else {
            values.push(ids(only));
            "AND id = ANY ($2)"
        };
        // The messages get new rows, so that old receipts are stale, at the end of the queue, so that none comes before
        // a message of its group that is in flight.
        let sql = format!(
            "
            WITH
            dead AS MATERIALIZED (
                SELECT id
                FROM queue_message
                WHERE queue = $1 AND receives >= {MAX_RECEIVES} AND visible_at <= statement_timestamp() {filter}
                ORDER BY visible_at, id
                LIMIT {}
                FOR UPDATE SKIP LOCKED
            ),
            risen AS (
                DELETE FROM queue_message
                WHERE id = ANY (ARRAY (SELECT id FROM dead))
                RETURNING id, body, sequence_group, sent_at, visible_at
            )
            INSERT INTO queue_message (queue, body, sequence_group, sent_at, visible_at)
            SELECT $1, body, sequence_group, sent_at, statement_timestamp()
            FROM risen
            ORDER BY visible_at, id",
            sql_limit(limit)
        );
        let redriven = execute(db, sql, values).await?;
        Ok(usize::try_from(redriven).unwrap_or(usize::MAX))
    }

    pub(in crate::queue) async fn discard_on(
        &self,
        db: &impl ConnectionTrait,
        queue: QueueName,
        only: &[String],
    ) -> Result<usize> {
        let sql = format!(
            "
            DELETE FROM queue_message
            WHERE id = ANY ($2)
                AND queue = $1
                AND receives >= {MAX_RECEIVES}
                AND visible_at <= statement_timestamp()"
        );
        let discarded = execute(db, sql, [queue.as_str().into(), ids(only)]).await?;
        Ok(usize::try_from(discarded).unwrap_or(usize::MAX))
    }
}

/// A limit as Postgres's `bigint`, which is smaller than `usize`.
fn sql_limit(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

/// Parses ids. Texts that are not numbers match no message, and are left out.
fn ids(texts: &[String]) -> Value {
    let ids = texts.iter().filter_map(|text| text.parse().ok());
    ids.collect::<Vec<i64>>().into()
}
