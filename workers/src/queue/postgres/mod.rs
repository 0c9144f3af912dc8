//! Queues in our own database: they are durable, and need no other service.
//!
//! Times are the database's `statement_timestamp()`: visibility timeouts must end for all workers at the same time, and
//! the clocks of machines differ. Unlike `clock_timestamp()` it is a stable function, so it can be used in an index
//! condition.
//!
//! Every statement finds its rows by an index, with a plan that stays good when the queue fills: see
//! [`PostgresQueue::open`]. One limitation remains: while a transaction stays open for long, the index entries of
//! messages that were received since it began cannot be removed, and each receive scans them: 16 ms after 90,000
//! messages.
//!
//! `pgmq` is not used because it has no receipts (a slow worker would delete a message that another has received
//! since), no dead letters, and no index for its receives: it scans all messages in flight, 17 ms with 50,000 of them
//! where this takes 0.3 ms.

mod dead_letters;
mod purge;
mod receipt;
mod receive;
mod send;

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use coach_domain::{
    database::Pool,
    queue::{
        Depth, Error, MAX_BATCH_SIZE, MAX_RECEIVES, Outgoing, Queue, QueueName, Receipt, Received,
        Result,
    },
};
use sea_orm::{DbErr, QueryResult};
use tokio::{
    sync::Notify,
    time::{Instant, timeout_at},
};

use super::{MAX_VISIBILITY, MAX_WAIT, database::query};

/// The intervals between polls of a waiting receive, first and longest. It polls because other processes may send
/// messages and visibility timeouts may end; sends in this process wake it earlier.
const POLL_INTERVALS: (Duration, Duration) =
    (Duration::from_millis(20), Duration::from_millis(200));

/// Queues on Postgres. Clones share their notifications: a send through one wakes a receive through another.
#[derive(Clone, Debug)]
pub struct PostgresQueue {
    pub(super) pool: Pool,
    first_in_first_out: Vec<QueueName>,
    /// Notified when a message may have become visible, so that receives in this process need not wait for their next
    /// poll.
    arrivals: Arc<BTreeMap<QueueName, Notify>>,
    poll_intervals: (Duration, Duration),
}

impl PostgresQueue {
    /// Opens the queues on a pool that was connected with
    /// [`Options::for_queues`](coach_domain::database::Options::for_queues). The queues in `first_in_first_out` keep
    /// the order within a message group.
    ///
    /// # Errors
    ///
    /// [`Error::Misconfigured`] when the pool's connections allow sequential scans: a statement that was planned while
    /// the queue was empty would use them for the life of the connection, and each receive from a backlog of 100,000
    /// messages would take 100 ms.
    pub async fn open(
        pool: Pool,
        first_in_first_out: impl IntoIterator<Item = QueueName>,
    ) -> Result<Self> {
        let sql = "SELECT current_setting('enable_seqscan')";
        let settings: Vec<String> = query(&pool, sql, [], |row| row.try_get_by_index(0)).await?;
        if settings != ["off"] {
            let why = "its connections allow sequential scans; connect with Options::for_queues";
            return Err(Error::Misconfigured(why.to_owned()));
        }
        Ok(Self::new_unchecked(pool, first_in_first_out))
    }

    /// [`Self::open`] without the check of the pool, which may not be connected yet: for operators, who do not receive
    /// messages.
    pub fn new_unchecked(
        pool: Pool,
        first_in_first_out: impl IntoIterator<Item = QueueName>,
    ) -> Self {
        let queues = QueueName::CONSUMED.into_iter().chain([QueueName::Events]);
        let arrivals = queues.map(|queue| (queue, Notify::new())).collect();
        Self {
            pool,
            first_in_first_out: first_in_first_out.into_iter().collect(),
            arrivals: Arc::new(arrivals),
            poll_intervals: POLL_INTERVALS,
        }
    }

    /// Sets the poll interval of waiting receives. It may be long if all senders are in this process.
    #[must_use]
    pub fn with_poll_interval(self, interval: Duration) -> Self {
        Self {
            poll_intervals: (interval, interval),
            ..self
        }
    }

    /// Wakes a waiting receive of this process; to be called after the commit of a transaction with
    /// [`PostgresQueue::send_in`].
    pub fn wake(&self, queue: QueueName) {
        if let Some(arrivals) = self.arrivals.get(&queue) {
            // One receive is enough: it wakes the next if it leaves messages.
            arrivals.notify_one();
        }
    }

    fn keeps_order(&self, queue: QueueName) -> bool {
        self.first_in_first_out.contains(&queue)
    }
}

#[async_trait::async_trait]
impl Queue for PostgresQueue {
    fn system(&self) -> &'static str {
        "postgresql"
    }

    async fn send(&self, queue: QueueName, messages: &[Outgoing]) -> Result<Vec<Result<()>>> {
        let results = self.send_in(&self.pool, queue, messages).await?;
        self.wake(queue);
        Ok(results)
    }

    async fn receive(
        &self,
        queue: QueueName,
        limit: usize,
        wait: Duration,
        visibility: Duration,
    ) -> Result<Vec<Received>> {
        let limit = limit.min(MAX_BATCH_SIZE);
        let Some(arrivals) = self.arrivals.get(&queue).filter(|_| limit > 0) else {
            return Ok(Vec::new());
        };
        let deadline = Instant::now() + wait.min(MAX_WAIT);
        let mut poll = self.poll_intervals.0;
        loop {
            let received = self.poll_once(queue, limit, visibility).await?;
            if received.len() == limit {
                // There may be more messages; wake another receive that waits.
                arrivals.notify_one();
            }
            let now = Instant::now();
            if !received.is_empty() || now >= deadline {
                return Ok(received);
            }
            let until = deadline.min(now + poll);
            poll = match timeout_at(until, arrivals.notified()).await {
                Ok(()) => self.poll_intervals.0,
                Err(_) => self.poll_intervals.1.min(poll * 2),
            };
        }
    }

    async fn extend(
        &self,
        queue: QueueName,
        receipt: &Receipt,
        visibility: Duration,
    ) -> Result<()> {
        let set = "visible_at = statement_timestamp() + $4 * interval '1 second'";
        let seconds = visibility.min(MAX_VISIBILITY).as_secs_f64();
        self.update_received(queue, receipt, set, Some(seconds.into()))
            .await?;
        if visibility.is_zero() {
            self.wake(queue);
        }
        Ok(())
    }

    async fn delete(&self, queue: QueueName, receipts: &[Receipt]) -> Result<Vec<Result<()>>> {
        self.delete_messages(queue, receipts).await
    }

    async fn move_to_dead_letters(
        &self,
        queue: QueueName,
        receipt: &Receipt,
        _: &Outgoing,
    ) -> Result<()> {
        // Its last receive ends now.
        let set = format!("receives = {MAX_RECEIVES}, visible_at = statement_timestamp()");
        self.update_received(queue, receipt, &set, None).await?;
        if self.keeps_order(queue) {
            // The next message of its group can be received now.
            self.wake(queue);
        }
        Ok(())
    }

    async fn depth(&self, queue: QueueName) -> Result<Depth> {
        // Two queries, since each of the two indexes has a part of the rows. Messages that wait for their delay have
        // never been received.
        let sql = format!(
            "
            WITH
            live AS (
                SELECT
                    count(*) FILTER (WHERE receives = 0 OR visible_at <= statement_timestamp()) AS waiting,
                    count(*) FILTER (WHERE receives > 0 AND visible_at > statement_timestamp()) AS in_flight,
                    min(sent_at) FILTER (WHERE receives = 0 OR visible_at <= statement_timestamp()) AS oldest
                FROM queue_message
                WHERE queue = $1 AND receives < {MAX_RECEIVES}
            ),
            last AS (
                SELECT
                    count(*) FILTER (WHERE visible_at > statement_timestamp()) AS in_flight,
                    count(*) FILTER (WHERE visible_at <= statement_timestamp()) AS dead
                FROM queue_message
                WHERE queue = $1 AND receives >= {MAX_RECEIVES}
            )
            SELECT
                live.waiting, live.in_flight + last.in_flight, last.dead,
                extract(epoch FROM statement_timestamp() - live.oldest)::double precision
            FROM live, last"
        );
        let depths = query(&self.pool, sql, [queue.as_str().into()], parse_depth).await?;
        Ok(depths.first().copied().unwrap_or_default())
    }
}

fn parse_depth(row: &QueryResult) -> Result<Depth, DbErr> {
    let count = |column| row.try_get_by_index::<i64>(column).map(i64::unsigned_abs);
    let oldest: Option<f64> = row.try_get_by_index(3)?;
    Ok(Depth {
        waiting: count(0)?,
        in_flight: count(1)?,
        dead: count(2)?,
        // The database's clock may have been set back.
        oldest: oldest.map(|seconds| Duration::try_from_secs_f64(seconds).unwrap_or_default()),
    })
}
