//! Pauses of queues. A paused queue delivers no messages; messages in progress are finished, and sends go on.
//!
//! Pauses are stored in our database for both implementations, since SQS has no such feature. A receive from SQS that
//! already waits when the queue is paused goes on until it ends.

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

use super::database::{queue_error, statement};

/// How long the cached list of paused queues is used.
const CACHE_TTL: Duration = Duration::from_secs(1);

/// Pauses a queue. Returns whether it was running.
pub async fn pause(
    db: &impl ConnectionTrait,
    queue: QueueName,
    now: DateTime<Utc>,
) -> Result<bool> {
    set(db, queue, true, now).await
}

/// Resumes a queue. Returns whether it was paused.
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
    // A queue without a row has never been paused.
    let sql = "
        INSERT INTO queue_state AS state (queue, paused, changed_at)
        SELECT $1, $2, $3
        WHERE $2 OR EXISTS (SELECT FROM queue_state WHERE queue = $1)
        ON CONFLICT (queue) DO UPDATE
        SET paused = excluded.paused, changed_at = excluded.changed_at
        WHERE state.paused <> excluded.paused";
    let values = [queue.as_str().into(), paused.into(), now.into()];
    let done = db.execute_raw(statement(sql, values)).await;
    Ok(done.map_err(queue_error)?.rows_affected() > 0)
}

/// The paused queues, with the time at which each was paused.
pub async fn paused(db: &impl ConnectionTrait) -> Result<Vec<(QueueName, DateTime<Utc>)>> {
    let sql = "SELECT queue, changed_at FROM queue_state WHERE paused ORDER BY queue";
    let rows = db.query_all_raw(statement(sql, [])).await;
    let mut queues = Vec::new();
    for row in rows.map_err(queue_error)? {
        let name: String = row.try_get_by_index(0).map_err(queue_error)?;
        // The queue may be one of another version.
        if let Ok(name) = name.parse() {
            queues.push((name, row.try_get_by_index(1).map_err(queue_error)?));
        }
    }
    Ok(queues)
}

/// The paused queues, cached, for queues outside of our database.
#[derive(Debug)]
pub(super) struct Pauses {
    pool: Pool,
    cache: Mutex<Option<Cached>>,
}

#[derive(Clone, Debug)]
struct Cached {
    read_at: Instant,
    queues: BTreeMap<QueueName, DateTime<Utc>>,
}

impl Pauses {
    pub(super) fn new(pool: Pool) -> Self {
        let cache = Mutex::default();
        Self { pool, cache }
    }

    /// The paused queues, read from the database.
    pub(super) async fn paused(&self) -> Result<Vec<(QueueName, DateTime<Utc>)>> {
        paused(&self.pool).await
    }

    /// Whether a queue is paused. The answer is at most [`CACHE_TTL`] old.
    async fn is_paused(&self, queue: QueueName) -> Result<bool> {
        let cached = self
            .cache
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        if let Some(cached) = cached
            && cached.read_at.elapsed() < CACHE_TTL
        {
            return Ok(cached.queues.contains_key(&queue));
        }
        let queues: BTreeMap<_, _> = paused(&self.pool).await?.into_iter().collect();
        let is_paused = queues.contains_key(&queue);
        let read_at = Instant::now();
        let cached = Cached { read_at, queues };
        *self.cache.lock().unwrap_or_else(PoisonError::into_inner) = Some(cached);
        Ok(is_paused)
    }

    /// Waits until a queue is not paused, at most until `deadline`. Returns whether it runs.
    pub(super) async fn wait_until_running(
        &self,
        queue: QueueName,
        deadline: Instant,
    ) -> Result<bool> {
        while self.is_paused(queue).await? {
            let now = Instant::now();
            if now >= deadline {
                return Ok(false);
            }
            tokio::time::sleep_until(deadline.min(now + CACHE_TTL)).await;
        }
        Ok(true)
    }
}
