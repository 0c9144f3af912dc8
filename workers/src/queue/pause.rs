//! Queues that give out nothing for now. What is being worked on is finished, and sends go on.
//!
//! It is said in our database for all queues: SQS has no such thing, and whoever asks sees one list. A receive from SQS
//! that has begun to wait goes on until it ends.

use coach_domain::database::Pool;
use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use chrono::{DateTime, Utc};
use coach_domain::queue::{QueueName, Result};
use sea_orm::ConnectionTrait;
use tokio::time::Instant;

use super::database::{failure, statement};

/// How long what is known is good for.
const ASKED_EVERY: Duration = Duration::from_secs(1);

/// Pauses a queue. Says whether it was running.
pub async fn pause(
    db: &impl ConnectionTrait,
    queue: QueueName,
    now: DateTime<Utc>,
) -> Result<bool> {
    set(db, queue, true, now).await
}

/// Lets a queue go on. Says whether it was paused.
pub async fn resume(
    db: &impl ConnectionTrait,
    queue: QueueName,
    now: DateTime<Utc>,
) -> Result<bool> {
    set(db, queue, false, now).await
}

async fn set(
    db: &impl ConnectionTrait,
    queue: QueueName,
    paused: bool,
    now: DateTime<Utc>,
) -> Result<bool> {
    // A queue that nobody ever paused has no row, and runs.
    let sql = "
        INSERT INTO queue_state AS state (queue, paused, changed_at)
        SELECT $1, $2, $3
        WHERE $2 OR EXISTS (SELECT FROM queue_state WHERE queue = $1)
        ON CONFLICT (queue) DO UPDATE
        SET paused = excluded.paused, changed_at = excluded.changed_at
        WHERE state.paused <> excluded.paused";
    let values = [queue.as_str().into(), paused.into(), now.into()];
    let done = db.execute_raw(statement(sql, values)).await;
    Ok(done.map_err(failure)?.rows_affected() > 0)
}

/// The queues that are paused, with the moments at which they were.
pub async fn paused(db: &impl ConnectionTrait) -> Result<Vec<(QueueName, DateTime<Utc>)>> {
    let sql = "SELECT queue, changed_at FROM queue_state WHERE paused ORDER BY queue";
    let rows = db.query_all_raw(statement(sql, [])).await;
    let mut queues = Vec::new();
    for row in rows.map_err(failure)? {
        let name: String = row.try_get_by_index(0).map_err(failure)?;
        // A queue of another version is not ours to speak of.
        if let Ok(name) = name.parse() {
            queues.push((name, row.try_get_by_index(1).map_err(failure)?));
        }
    }
    Ok(queues)
}

/// Knows what is paused, for a queue outside of our database.
#[derive(Debug)]
pub(super) struct Pauses {
    pool: Pool,
    known: Mutex<Option<Known>>,
}

#[derive(Clone, Debug)]
struct Known {
    at: Instant,
    queues: BTreeMap<QueueName, DateTime<Utc>>,
}

impl Pauses {
    pub(super) fn new(pool: Pool) -> Self {
        let known = Mutex::default();
        Self { pool, known }
    }

    /// Those that are paused, asked now.
    pub(super) async fn queues(&self) -> Result<Vec<(QueueName, DateTime<Utc>)>> {
        paused(&self.pool).await
    }

    /// Whether a queue is paused, as of a second ago at most.
    async fn has(&self, queue: QueueName) -> Result<bool> {
        let known = self
            .known
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        if let Some(known) = known
            && known.at.elapsed() < ASKED_EVERY
        {
            return Ok(known.queues.contains_key(&queue));
        }
        let queues: BTreeMap<_, _> = paused(&self.pool).await?.into_iter().collect();
        let has = queues.contains_key(&queue);
        let at = Instant::now();
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = Some(Known { at, queues });
        Ok(has)
    }

    /// Waits until a queue runs, or the deadline. Says whether it runs.
    pub(super) async fn runs(&self, queue: QueueName, deadline: Instant) -> Result<bool> {
        while self.has(queue).await? {
            let now = Instant::now();
            if now >= deadline {
                return Ok(false);
            }
            tokio::time::sleep_until(deadline.min(now + ASKED_EVERY)).await;
        }
        Ok(true)
    }
}
