//! The scheduler: runs tasks that are due at set times. Several processes may run it at once: each task either claims
//! its rows, or runs in only one process at a time.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use coach_domain::{
    Result, account,
    clock::Clock,
    command,
    database::{Pool, Session},
    decision, inbox,
    mail::{budget, delivery},
    object::ObjectStore,
    outbox, partner, purchase,
    queue::DEAD_LETTER_RETENTION,
    reminder::{self, CheckInsDue, SubscriptionsExpiring, SubscriptionsLapsed},
    webhook,
};
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use tracing::Span;

use crate::queue::PostgresQueue;

/// How often due reminders are sent and expired rows are deleted.
const TASK_INTERVAL: Duration = Duration::from_mins(1);

/// How often sent rows of the outbox are deleted. The interval is short so that a backlog is gone soon after it was
/// sent.
const OUTBOX_PURGE_INTERVAL: Duration = Duration::from_secs(5);

/// How long rows of the outbox are kept after they were sent, for inspection.
const OUTBOX_RETENTION: TimeDelta = TimeDelta::minutes(10);

/// How long idempotency keys are kept.
const IDEMPOTENCY_KEY_RETENTION: TimeDelta = TimeDelta::days(30);

/// How long the states of deliveries are kept, of mails and of records to partners.
const DELIVERY_RETENTION: TimeDelta = TimeDelta::days(90);

/// How long the raw events of webhooks are kept: longer than any dead letter.
const WEBHOOK_EVENT_RETENTION: TimeDelta = TimeDelta::days(30);

/// The maximum number of rows of one statement, so that it does not block others for long.
const BATCH: u32 = 1_000;

/// Runs tasks that are due at set times: reminders, and the deletion of expired rows.
#[derive(Clone)]
pub struct Scheduler {
    /// The database.
    pub pool: Pool,
    /// The queue, if it is in Postgres, where expired dead letters have to be deleted.
    pub queue: Option<PostgresQueue>,
    /// The store of the archives of data exports.
    pub objects: Arc<dyn ObjectStore>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
}

impl Scheduler {
    /// Runs until `stop` is cancelled. A task that fails is tried again at the next interval.
    pub async fn run(self, stop: CancellationToken) {
        let ticker = |period| {
            let mut ticks = interval(period);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            ticks
        };
        let (mut tasks, mut outbox_purges) = (ticker(TASK_INTERVAL), ticker(OUTBOX_PURGE_INTERVAL));
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = tasks.tick() => self.remind_and_clean_up().await,
                _ = outbox_purges.tick() => {
                    let before = self.clock.now() - OUTBOX_RETENTION;
                    let purged = purge_all(|| outbox::purge_expired(&self.pool, before, BATCH)).await;
                    log_failure("sent messages of the outbox were not deleted", purged);
                }
            }
        }
    }

    /// Runs all tasks that are due now, once. Failures are logged.
    pub async fn remind_and_clean_up(&self) {
        let now = self.clock.now();
        self.remind(now).await;
        self.clean_up(now).await;
    }

    async fn remind(&self, now: DateTime<Utc>) {
        let pool = &self.pool;
        log_failure(
            "reminders of check-ins were not sent",
            reminder::enqueue_due::<CheckInsDue>(pool, now).await,
        );
        let expiring = reminder::enqueue_due::<SubscriptionsExpiring>(pool, now).await;
        log_failure(
            "reminders of expiring subscriptions were not sent",
            expiring,
        );
        let lapsed = reminder::enqueue_due::<SubscriptionsLapsed>(pool, now).await;
        log_failure("letters about lapsed subscriptions were not sent", lapsed);
    }

    async fn clean_up(&self, now: DateTime<Utc>) {
        let pool = &self.pool;
        let session = Session::new(pool.clone(), Span::none());
        log_failure(
            "members who left were not erased",
            account::erase_due(&session, &*self.clock, BATCH).await,
        );
        log_failure(
            "partitions of the inbox were not rotated",
            inbox::rotate_partitions(pool, now).await,
        );
        let before = now - IDEMPOTENCY_KEY_RETENTION;
        let keys = purge_all(|| command::purge_idempotency_keys(pool, before, BATCH)).await;
        log_failure("idempotency keys were not deleted", keys);
        let before = now - decision::RETENTION;
        let decisions = purge_all(|| decision::purge_expired(pool, before, BATCH)).await;
        log_failure("decisions were not deleted", decisions);
        let before = now - DELIVERY_RETENTION;
        let mails = purge_all(|| delivery::purge_expired(pool, before, BATCH)).await;
        log_failure("deliveries of mail were not deleted", mails);
        let budgets = purge_all(|| budget::purge_expired(pool, now, BATCH)).await;
        log_failure("budgets of mail were not deleted", budgets);
        let partners = purge_all(|| partner::delivery::purge_expired(pool, before, BATCH)).await;
        log_failure("deliveries to partners were not deleted", partners);
        let archived = purge_all(|| purchase::purge_archived(pool, now, BATCH)).await;
        log_failure("archived subscriptions were not deleted", archived);
        let unlinked = purge_all(|| purchase::purge_unlinked(pool, now, BATCH)).await;
        log_failure(
            "statements about unlinked subscriptions were not deleted",
            unlinked,
        );
        let before = now - WEBHOOK_EVENT_RETENTION;
        let events = purge_all(|| webhook::purge_expired(pool, before, BATCH)).await;
        log_failure("events of webhooks were not deleted", events);
        let (clock, objects) = (&*self.clock, &*self.objects);
        if let Err(error) = account::export::remove_expired(pool, clock, objects, BATCH).await {
            tracing::warn!(%error, "expired archives were not removed; trying again");
        }
        if let Some(queue) = &self.queue
            && let Err(error) = queue.purge_expired(DEAD_LETTER_RETENTION).await
        {
            tracing::warn!(%error, "expired dead letters were not deleted");
        }
    }
}

/// Repeats `purge`, which deletes at most [`BATCH`] rows, until no more rows are left. Returns how many were deleted.
async fn purge_all<F: Future<Output = Result<u64>>>(purge: impl Fn() -> F) -> Result<u64> {
    let mut total = 0;
    loop {
        let deleted = purge().await?;
        total += deleted;
        if deleted < u64::from(BATCH) {
            return Ok(total);
        }
    }
}

fn log_failure<T>(failure: &'static str, result: Result<T>) {
    if let Err(error) = result {
        tracing::warn!(%error, "{failure}; trying again");
    }
}
