//! Receiving, and what is done with what was received.

use std::{collections::BTreeMap, time::Duration};

use coach_domain::queue::{BATCH, Error, MAX_RECEIVES, QueueName, Receipt, Received, Result};
use sea_orm::{ConnectionTrait, DbErr, QueryResult};
use tokio::time::{Instant, timeout_at};

use super::{PostgresQueue, receipt::Turn};
use crate::queue::{
    MAX_VISIBILITY, MAX_WAIT,
    database::{failure, statement},
};

impl PostgresQueue {
    pub(super) async fn wait_for(
        &self,
        queue: QueueName,
        most: usize,
        wait: Duration,
        visibility: Duration,
    ) -> Result<Vec<Received>> {
        let most = most.min(BATCH);
        let Some(arrivals) = self.arrivals.get(&queue).filter(|_| most > 0) else {
            return Ok(Vec::new());
        };
        let deadline = Instant::now() + wait.min(MAX_WAIT);
        let mut poll = self.looks.0;
        loop {
            let received = self.take(queue, most, visibility).await?;
            if received.len() == most {
                // There may be more, and a receive that waits for it.
                arrivals.notify_one();
            }
            let now = Instant::now();
            if !received.is_empty() || now >= deadline {
                return Ok(received);
            }
            let until = deadline.min(now + poll);
            poll = match timeout_at(until, arrivals.notified()).await {
                Ok(()) => self.looks.0,
                Err(_) => self.looks.1.min(poll * 2),
            };
        }
    }

    /// One look.
    async fn take(
        &self,
        queue: QueueName,
        most: usize,
        visibility: Duration,
    ) -> Result<Vec<Received>> {
        // Nothing of the group that is not done comes before. `OFFSET` keeps the planner from making a join of it and
        // `+ 0` from asking the primary key; on a queue that was empty when it planned, either compares each message
        // with each.
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
        // Those that others are taking are locked, and skipped without a wait. The limit stands in the text, where the
        // planner sees how small it is; the list of ids is made once, so that it holds.
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
                LIMIT {most}
                FOR UPDATE SKIP LOCKED
            )
            UPDATE queue_message
            SET receives = receives + 1, visible_at = statement_timestamp() + $2 * interval '1 second'
            WHERE id = ANY (ARRAY (SELECT id FROM due))
            RETURNING id, receives, body, sent_at"
        );
        let visibility = visibility.min(MAX_VISIBILITY).as_secs_f64();
        let query = statement(sql, [queue.as_str().into(), visibility.into()]);
        let rows = self.pool.query_all_raw(query).await.map_err(failure)?;
        let mut received = rows
            .iter()
            .map(received)
            .collect::<Result<Vec<_>, DbErr>>()
            .map_err(failure)?;
        received.sort_by_key(|(turn, _)| turn.id);
        Ok(received.into_iter().map(|(_, message)| message).collect())
    }

    pub(super) async fn hide(
        &self,
        queue: QueueName,
        receipt: &Receipt,
        visibility: Duration,
    ) -> Result<()> {
        let turn = Turn::of(receipt)?;
        let sql = "
            UPDATE queue_message
            SET visible_at = statement_timestamp() + $4 * interval '1 second'
            WHERE id = $2 AND queue = $1 AND receives = $3 AND visible_at > statement_timestamp()";
        let values = [
            queue.as_str().into(),
            turn.id.into(),
            turn.receives.into(),
            visibility.min(MAX_VISIBILITY).as_secs_f64().into(),
        ];
        let done = self.pool.execute_raw(statement(sql, values)).await;
        if done.map_err(failure)?.rows_affected() == 0 {
            return Err(Error::StaleReceipt);
        }
        if visibility.is_zero() {
            self.wake(queue);
        }
        Ok(())
    }

    pub(super) async fn finish(
        &self,
        queue: QueueName,
        receipts: &[Receipt],
    ) -> Result<Vec<Result<()>>> {
        let turns: Vec<_> = receipts.iter().map(Turn::of).collect();
        // Of several receipts of one message only the latest can count.
        let mut latest = BTreeMap::new();
        for turn in turns.iter().flatten() {
            let receives: &mut i16 = latest.entry(turn.id).or_default();
            *receives = turn.receives.max(*receives);
        }
        let (ids, receives): (Vec<i64>, Vec<i16>) = latest.iter().unzip();
        // A message whose visibility has ended may be deleted until somebody else receives it, but not when it is dead:
        // then it is the operators'.
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
        let query = statement(sql, values);
        let rows = self.pool.query_all_raw(query).await.map_err(failure)?;
        let deleted = rows
            .iter()
            .map(|row| row.try_get_by_index(0))
            .collect::<Result<Vec<i64>, DbErr>>()
            .map_err(failure)?;
        if self.keeps_order(queue) && !deleted.is_empty() {
            // What came after it in its group can be received now.
            self.wake(queue);
        }
        let finished = turns.into_iter().map(|turn| {
            let turn = turn?;
            let latest = latest.get(&turn.id) == Some(&turn.receives);
            if latest && deleted.contains(&turn.id) {
                Ok(())
            } else {
                Err(Error::StaleReceipt)
            }
        });
        Ok(finished.collect())
    }
}

/// A row of id, receives, body and when it was sent.
pub(super) fn received(row: &QueryResult) -> Result<(Turn, Received), DbErr> {
    let turn = Turn {
        id: row.try_get_by_index(0)?,
        receives: row.try_get_by_index(1)?,
    };
    let message = Received {
        id: turn.id.to_string(),
        body: row.try_get_by_index(2)?,
        receipt: turn.receipt(),
        receives: u32::from(turn.receives.unsigned_abs()),
        sent_at: row.try_get_by_index(3)?,
    };
    Ok((turn, message))
}
