//! Dead letters: messages whose last receive is over. They stay where they are, in an index of their own.

use coach_domain::queue::{DeadLetters, Error, MAX_RECEIVES, QueueName, Receipt, Received, Result};
use sea_orm::{ConnectionTrait, DbErr, Value};

use super::{PostgresQueue, receipt::Turn, receive::received};
use crate::queue::database::{failure, statement};

#[async_trait::async_trait]
impl DeadLetters for PostgresQueue {
    async fn dead(&self, queue: QueueName, most: usize) -> Result<Vec<Received>> {
        let sql = format!(
            "
            SELECT id, receives, body, sent_at
            FROM queue_message
            WHERE queue = $1 AND receives >= {MAX_RECEIVES} AND visible_at <= statement_timestamp()
            ORDER BY visible_at, id
            LIMIT {}",
            limit(most)
        );
        let query = statement(sql, [queue.as_str().into()]);
        let rows = self.pool.query_all_raw(query).await.map_err(failure)?;
        let letters = rows.iter().map(|row| Ok(received(row)?.1));
        letters.collect::<Result<_, DbErr>>().map_err(failure)
    }

    async fn redrive(&self, queue: QueueName, only: &[String], most: usize) -> Result<usize> {
        let done = self.redrive_on(&self.pool, queue, only, most).await?;
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
        most: usize,
    ) -> Result<usize> {
        let mut values = vec![queue.as_str().into()];
        let chosen = if only.is_empty() {
            ""
        } else {
            values.push(ids(only));
            "AND id = ANY ($2)"
        };
        // New rows, so that old receipts count no more, and at the end, so that none slips in before what is in flight
        // of its group.
        let sql = format!(
            "
            WITH
            dead AS MATERIALIZED (
                SELECT id
                FROM queue_message
                WHERE queue = $1 AND receives >= {MAX_RECEIVES} AND visible_at <= statement_timestamp() {chosen}
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
            limit(most)
        );
        let done = db.execute_raw(statement(sql, values)).await;
        let done = done.map_err(failure)?.rows_affected();
        Ok(usize::try_from(done).unwrap_or(usize::MAX))
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
        let query = statement(sql, [queue.as_str().into(), ids(only)]);
        let done = db.execute_raw(query).await.map_err(failure)?;
        Ok(usize::try_from(done.rows_affected()).unwrap_or(usize::MAX))
    }
}

impl PostgresQueue {
    /// The last receive is over at once.
    pub(super) async fn kill(&self, queue: QueueName, receipt: &Receipt) -> Result<()> {
        let turn = Turn::of(receipt)?;
        let sql = format!(
            "
            UPDATE queue_message
            SET receives = {MAX_RECEIVES}, visible_at = statement_timestamp()
            WHERE id = $2 AND queue = $1 AND receives = $3 AND visible_at > statement_timestamp()"
        );
        let values = [queue.as_str().into(), turn.id.into(), turn.receives.into()];
        let done = self.pool.execute_raw(statement(sql, values)).await;
        if done.map_err(failure)?.rows_affected() == 0 {
            return Err(Error::StaleReceipt);
        }
        if self.keeps_order(queue) {
            // What came after it in its group can be received now.
            self.wake(queue);
        }
        Ok(())
    }
}

/// The highest limit that Postgres knows.
fn limit(most: usize) -> i64 {
    i64::try_from(most).unwrap_or(i64::MAX)
}

/// What is no id of ours is the id of nothing.
fn ids(texts: &[String]) -> Value {
    let ids = texts.iter().filter_map(|text| text.parse().ok());
    ids.collect::<Vec<i64>>().into()
}
