//! Sends messages.

use coach_domain::queue::{Outgoing, QueueName, Result};
use sea_orm::ConnectionTrait;

use super::PostgresQueue;
use crate::queue::{check::check_batch, database::execute};

impl PostgresQueue {
    /// Sends messages within a transaction of the caller: they are visible once it is committed. After the commit, call
    /// [`PostgresQueue::wake`], so that they are received before the next poll.
    ///
    /// # Errors
    ///
    /// Those of [`Queue::send`](coach_domain::queue::Queue::send). After an outer error the transaction has to be
    /// rolled back.
    pub async fn send_in(
        &self,
        db: &impl ConnectionTrait,
        queue: QueueName,
        messages: &[Outgoing],
    ) -> Result<Vec<Result<()>>> {
        let keeps_order = self.keeps_order(queue);
        let checked = check_batch(messages, keeps_order);
        let accepted = messages.iter().zip(&checked);
        let accepted: Vec<_> = accepted
            .filter_map(|(message, checked)| checked.is_ok().then_some(message))
            .collect();
        if accepted.is_empty() {
            return Ok(checked);
        }
        if keeps_order {
            insert_fifo(db, queue, &accepted).await?;
        } else {
            insert(db, queue, &accepted).await?;
        }
        Ok(checked)
    }
}

async fn insert(
    db: &impl ConnectionTrait,
    queue: QueueName,
    messages: &[&Outgoing],
) -> Result<u64> {
    let bodies: Vec<_> = messages.iter().map(|it| it.body.clone()).collect();
    let delays: Vec<_> = messages.iter().map(|it| it.delay.as_secs_f64()).collect();
    // Ids are assigned in the order of the rows, so they give the order of sending.
    let sql = "
        INSERT INTO queue_message (queue, body, sent_at, visible_at)
        SELECT $1, body, statement_timestamp(), statement_timestamp() + delay * interval '1 second'
        FROM unnest($2::text[], $3::double precision[]) WITH ORDINALITY AS sent (body, delay, place)
        ORDER BY place";
    let values = [queue.as_str().into(), bodies.into(), delays.into()];
    execute(db, sql, values).await
}

/// Skips messages whose deduplication id was sent before. Deduplication ids are inserted in sorted order, so that
/// concurrent senders of the same messages do not deadlock.
async fn insert_fifo(
    db: &impl ConnectionTrait,
    queue: QueueName,
    messages: &[&Outgoing],
) -> Result<u64> {
    let bodies: Vec<_> = messages.iter().map(|it| it.body.clone()).collect();
    let text = |field: &Option<String>| field.clone().unwrap_or_default();
    let groups: Vec<_> = messages.iter().map(|it| text(&it.group)).collect();
    let deduplications: Vec<_> = messages.iter().map(|it| text(&it.deduplication)).collect();
    let sql = "
        WITH
        sent AS MATERIALIZED (
            SELECT DISTINCT ON (deduplication) body, sequence_group, deduplication, place
            FROM unnest($2::text[], $3::text[], $4::text[])
                WITH ORDINALITY AS sent (body, sequence_group, deduplication, place)
            ORDER BY deduplication, place
        ),
        fresh AS (
            INSERT INTO queue_sent AS known (queue, deduplication, sent_at)
            SELECT $1, deduplication, statement_timestamp()
            FROM sent
            ORDER BY deduplication
            ON CONFLICT (queue, deduplication) DO UPDATE
            SET sent_at = excluded.sent_at
            WHERE known.sent_at <= statement_timestamp() - interval '5 minutes'
            RETURNING deduplication
        )
        INSERT INTO queue_message (queue, body, sequence_group, sent_at, visible_at)
        SELECT $1, body, sequence_group, statement_timestamp(), statement_timestamp()
        FROM sent
        JOIN fresh USING (deduplication)
        ORDER BY place";
    let values = [
        queue.as_str().into(),
        bodies.into(),
        groups.into(),
        deduplications.into(),
    ];
    execute(db, sql, values).await
}
