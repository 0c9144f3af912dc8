//! Pauses of queues. A paused queue delivers no messages; messages in progress are finished, and sends go on.
//!
//! Pauses are stored in our database for both implementations, since SQS has no such feature. A receive from SQS that
//! already waits when the queue is paused goes on until it ends.

use std::time::Duration;

use chrono::{DateTime, Utc};
use coach_domain::{
    database::Pool,
    queue::{QueueName, Result},
};
use sea_orm::ConnectionTrait;
use tokio::{sync::Mutex, time::Instant};

use super::database::{execute, query};

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
    Ok(execute(db, sql, values).await? > 0)
}

/// The paused queues, with the time at which each was paused.
pub async fn paused(db: &impl ConnectionTrait) -> Result<Vec<(QueueName, DateTime<Utc>)>> {
    let sql = "SELECT queue, changed_at FROM queue_state WHERE paused ORDER BY queue";
    let rows: Vec<(String, DateTime<Utc>)> = query(db, sql, [], |row| {
        Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?))
    })
    .await?;
    // A queue may be one of another version.
    let queues = rows.into_iter();
    let queues = queues.filter_map(|(name, paused_at)| Some((name.parse().ok()?, paused_at)));
    Ok(queues.collect())
}

/// The paused queues, cached, for queues outside of our database.
#[derive(Debug)]
pub(super) struct Pauses {
    pub(super) pool: Pool,
    /// The paused queues, and when they were read.
    cache: Mutex<Option<(Instant, Vec<QueueName>)>>,
}

impl Pauses {
    pub(super) fn new(pool: Pool) -> Self {
        let cache = Mutex::default();
        Self { pool, cache }
    }

    /// Whether a queue is paused. The answer is at most [`CACHE_TTL`] old.
    async fn is_paused(&self, queue: QueueName) -> Result<bool> {
        let mut cache = self.cache.lock().await;
        if let Some((read_at, queues)) = &*cache
            && read_at.elapsed() < CACHE_TTL
        {
            return Ok(queues.contains(&queue));
        }
        let paused = paused(&self.pool).await?.into_iter();
        let queues = paused.map(|(queue, _)| queue).collect();
        let (_, queues) = cache.insert((Instant::now(), queues));
        Ok(queues.contains(&queue))
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
