//! Queues in our own database: durable, and nothing else has to run.
//!
//! Time is the database's, `statement_timestamp()`: visibility ends for all workers at once only where all go by one
//! clock, and machines' differ. It is stable, unlike `clock_timestamp()`, so an index can be asked with it.
//!
//! Every statement finds its rows by an index, in a plan that stays right when the queue fills: see
//! [`PostgresQueue::open`]. What it cannot help: while some transaction stays open for long, what was received since it
//! began stays in the index, and each receive reads over it; 16 ms after 90,000 messages.
//!
//! It is not `pgmq`, which has no receipts (a worker that was too slow deletes what another is working on), no dead
//! letters, and no index for its reads: it walks over all that is in flight, 17 ms with 50,000 where this takes 0.3.

mod dead;
mod receipt;
mod receive;
mod send;
mod tidy;

use coach_domain::database::Pool;
use std::{collections::BTreeMap, sync::Arc, time::Duration};

use coach_domain::queue::{
    Depth, Error, MAX_RECEIVES, Outgoing, Queue, QueueName, Receipt, Received, Result,
};
use sea_orm::{ConnectionTrait, DbErr, QueryResult};
use tokio::sync::Notify;

use super::database::{failure, statement};

/// Between two looks of a receive that waits, first and last: others may send, and time passes. Sends in this process
/// wake it before.
const LOOKS: (Duration, Duration) = (Duration::from_millis(20), Duration::from_millis(200));

/// Queues on Postgres. Clones wake each other.
#[derive(Clone, Debug)]
pub struct PostgresQueue {
    pub(super) pool: Pool,
    first_in_first_out: Vec<QueueName>,
    /// Told when something may have become visible, so that receives in this process need not wait for their next poll.
    arrivals: Arc<BTreeMap<QueueName, Notify>>,
    looks: (Duration, Duration),
}

impl PostgresQueue {
    /// Queues on a pool that was connected with
    /// [`Options::for_queues`](coach_domain::database::Options::for_queues); those named keep the order within a group.
    ///
    /// # Errors
    ///
    /// [`Error::Misconfigured`] when the pool's connections may read tables whole: they would do so for as long as they
    /// live once they have seen the queue empty, and each receive from a backlog of 100,000 messages takes 100 ms.
    pub async fn open(
        pool: Pool,
        first_in_first_out: impl IntoIterator<Item = QueueName>,
    ) -> Result<Self> {
        let sql = "SELECT current_setting('enable_seqscan')";
        let row = pool
            .query_one_raw(statement(sql, []))
            .await
            .map_err(failure)?;
        let setting: Option<String> = row
            .map(|row| row.try_get_by_index(0))
            .transpose()
            .map_err(failure)?;
        if setting.as_deref() != Some("off") {
            let why = "its connections read whole tables; connect with Options::for_queues";
            return Err(Error::Misconfigured(why.to_owned()));
        }
        Ok(Self::unopened(pool, first_in_first_out))
    }

    /// The same without a look at the pool, which may not have connected yet: for operators, who receive nothing.
    pub fn unopened(pool: Pool, first_in_first_out: impl IntoIterator<Item = QueueName>) -> Self {
        let queues = QueueName::CONSUMED.into_iter().chain([QueueName::Events]);
        let arrivals = queues.map(|queue| (queue, Notify::new())).collect();
        Self {
            pool,
            first_in_first_out: first_in_first_out.into_iter().collect(),
            arrivals: Arc::new(arrivals),
            looks: LOOKS,
        }
    }

    /// The same whose receives look this rarely by themselves, for those whose senders are all in this process.
    #[must_use]
    pub fn looking_every(self, every: Duration) -> Self {
        Self {
            looks: (every, every),
            ..self
        }
    }

    /// Lets a receive that waits in this process look at once; to be called after the commit of a transaction with
    /// [`PostgresQueue::send_in`].
    pub fn wake(&self, queue: QueueName) {
        if let Some(arrivals) = self.arrivals.get(&queue) {
            // One: it wakes the next when it has not taken all.
            arrivals.notify_one();
        }
    }

    fn keeps_order(&self, queue: QueueName) -> bool {
        self.first_in_first_out.contains(&queue)
    }
}

#[async_trait::async_trait]
impl Queue for PostgresQueue {
    async fn send(&self, queue: QueueName, messages: &[Outgoing]) -> Result<Vec<Result<()>>> {
        let results = self.send_in(&self.pool, queue, messages).await?;
        self.wake(queue);
        Ok(results)
    }

    async fn receive(
        &self,
        queue: QueueName,
        most: usize,
        wait: Duration,
        visibility: Duration,
    ) -> Result<Vec<Received>> {
        self.wait_for(queue, most, wait, visibility).await
    }

    async fn extend(
        &self,
        queue: QueueName,
        receipt: &Receipt,
        visibility: Duration,
    ) -> Result<()> {
        self.hide(queue, receipt, visibility).await
    }

    async fn delete(&self, queue: QueueName, receipts: &[Receipt]) -> Result<Vec<Result<()>>> {
        self.finish(queue, receipts).await
    }

    async fn bury(&self, queue: QueueName, receipt: &Receipt, _: &Outgoing) -> Result<()> {
        self.kill(queue, receipt).await
    }

    async fn depth(&self, queue: QueueName) -> Result<Depth> {
        // Two queries, for each of the two indexes holds a part of the rows. What waits after a delay was never received.
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
        let query = statement(sql, [queue.as_str().into()]);
        let row = self.pool.query_one_raw(query).await.map_err(failure)?;
        let depth = row.map(|row| depth(&row)).transpose().map_err(failure)?;
        Ok(depth.unwrap_or_default())
    }
}

fn depth(row: &QueryResult) -> Result<Depth, DbErr> {
    let count = |place| row.try_get_by_index::<i64>(place).map(i64::unsigned_abs);
    let oldest: Option<f64> = row.try_get_by_index(3)?;
    Ok(Depth {
        waiting: count(0)?,
        in_flight: count(1)?,
        dead: count(2)?,
        // The database's clock may have been set back.
        oldest: oldest.map(|seconds| Duration::try_from_secs_f64(seconds).unwrap_or_default()),
    })
}
