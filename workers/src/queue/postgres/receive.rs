//! Receives messages, changes their visibility timeouts, and deletes them.

use std::{collections::BTreeMap, time::Duration};

use coach_domain::queue::{Error, MAX_RECEIVES, QueueName, Receipt, Received, Result};
use sea_orm::{DbErr, QueryResult, Value};

use super::{PostgresQueue, receipt::ParsedReceipt};
use crate::queue::{
    MAX_VISIBILITY,
    database::{execute, query},
};

impl PostgresQueue {
    /// Receives what is visible now, without waiting.
    pub(super) async fn poll_once(
        &self,
        queue: QueueName,
        limit: usize,
        visibility: Duration,
    ) -> Result<Vec<Received>> {
        // Only messages that no unfinished message of their group precedes; dead letters count as finished. `OFFSET` keeps
        // the planner from turning the subquery into a join, and `+ 0` from using the primary key: a plan that was made
        // while the queue was empty would otherwise do either, and compare all pairs of messages.
        let in_turn = if self.keeps_order(queue) {
            format!(
                "AND NOT EXISTS (
                    SELECT
                    FROM queue_message earlier
                    WHERE earlier.queue = $1
                        AND earlier.sequence_group = message.sequence_group
                        AND earlier.id + 0 < message.id
                        AND (earlier.receives < {MAX_RECEIVES} OR earlier.visible_at > statement_timestamp())
                    OFFSET 0
                )"
            )
        } else {
            String::new()
        };
        // Messages that others are receiving are locked, and skipped. The limit is part of the text, where the planner
        // sees how small it is. The CTE is materialized, so that it is evaluated once and the limit holds.
        let sql = format!(
            "
            WITH due AS MATERIALIZED (
                SELECT id
                FROM queue_message message
                WHERE queue = $1
                    AND receives < {MAX_RECEIVES}
                    AND visible_at <= statement_timestamp()
                    AND NOT EXISTS (SELECT FROM queue_state WHERE queue = $1 AND paused)
                    {in_turn}
                ORDER BY visible_at, id
                LIMIT {limit}
                FOR UPDATE SKIP LOCKED
            )
            UPDATE queue_message
            SET receives = receives + 1, visible_at = statement_timestamp() + $2 * interval '1 second'
            WHERE id = ANY (ARRAY (SELECT id FROM due))
            RETURNING id, receives, body, sent_at"
        );
        let visibility = visibility.min(MAX_VISIBILITY).as_secs_f64();
        let values = [queue.as_str().into(), visibility.into()];
        let mut received = query(&self.pool, sql, values, parse_row).await?;
        received.sort_by_key(|(handle, _)| handle.id);
        Ok(received.into_iter().map(|(_, message)| message).collect())
    }

    /// Sets columns of a received message, unless the receipt is stale. `$4` in `set` is `value`.
    pub(super) async fn update_received(
        &self,
        queue: QueueName,
        receipt: &Receipt,
        set: &str,
        value: Option<Value>,
    ) -> Result<()> {
        let ParsedReceipt { id, receives } = ParsedReceipt::parse(receipt)?;
        let sql = format!(
            "
            UPDATE queue_message
            SET {set}
            WHERE id = $2 AND queue = $1 AND receives = $3 AND visible_at > statement_timestamp()"
        );
        let values: [Value; 3] = [queue.as_str().into(), id.into(), receives.into()];
        match execute(&self.pool, sql, values.into_iter().chain(value)).await? {
            0 => Err(Error::StaleReceipt),
            _ => Ok(()),
        }
    }

    pub(super) async fn delete_messages(
        &self,
        queue: QueueName,
        receipts: &[Receipt],
    ) -> Result<Vec<Result<()>>> {
        let handles: Vec<_> = receipts.iter().map(ParsedReceipt::parse).collect();
        // Of several receipts of one message, only the latest can be valid.
        let mut latest = BTreeMap::new();
        for handle in handles.iter().flatten() {
            let receives: &mut i16 = latest.entry(handle.id).or_default();
            *receives = handle.receives.max(*receives);
        }
        let (ids, receives): (Vec<i64>, Vec<i16>) = latest.iter().unzip();
        // A message whose visibility timeout has ended may still be deleted until another worker receives it, unless it
        // has become a dead letter: those are for operators.
        let sql = format!(
            "
            DELETE FROM queue_message
            WHERE id = ANY ($2)
                AND queue = $1
                AND receives = ($3::smallint[])[array_position($2, id)]
                AND (receives < {MAX_RECEIVES} OR visible_at > statement_timestamp())
            RETURNING id"
        );
        let values = [queue.as_str().into(), ids.into(), receives.into()];
        let deleted: Vec<i64> =
            query(&self.pool, sql, values, |row| row.try_get_by_index(0)).await?;
        if self.keeps_order(queue) && !deleted.is_empty() {
            // The next messages of their groups can be received now.
            self.wake(queue);
        }
        let results = handles.into_iter().map(|handle| {
            let handle = handle?;
            let is_latest = latest.get(&handle.id) == Some(&handle.receives);
            if is_latest && deleted.contains(&handle.id) {
                Ok(())
            } else {
                Err(Error::StaleReceipt)
            }
        });
        Ok(results.collect())
    }
}

/// Parses a row of id, receives, body and time of sending.
pub(super) fn parse_row(row: &QueryResult) -> Result<(ParsedReceipt, Received), DbErr> {
    let handle = ParsedReceipt {
        id: row.try_get_by_index(0)?,
        receives: row.try_get_by_index(1)?,
    };
    let message = Received {
        id: handle.id.to_string(),
        body: row.try_get_by_index(2)?,
        receipt: handle.receipt(),
        receives: u32::from(handle.receives.unsigned_abs()),
        sent_at: row.try_get_by_index(3)?,
    };
    Ok((handle, message))
}
