//! The scheduler: runs tasks that are due at set times. Several processes may run it at once: each task either claims
//! its rows, or runs in only one process at a time.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use coach_domain::{
    Result, account,
    clock::Clock,
    command::IDEMPOTENCY_KEY_PURGE,
    database::{Pool, Purge, Session},
    decision, inbox,
    mail::{budget, delivery},
    object::ObjectStore,
    outbox, partner, process_start,
    purchase::{ARCHIVE_PURGE, ARCHIVE_RETENTION, UNLINKED_PURGE, UNLINKED_RETENTION},
    queue::DEAD_LETTER_RETENTION,
    reminder::{self, CheckInsDue, SubscriptionsExpiring, SubscriptionsLapsed},
    request_trace, webhook,
};
use tokio_util::sync::CancellationToken;
use tracing::Span;

use crate::{queue::PostgresQueue, ticker::every};

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
    /// Runs until `stop` is cancelled; what is in progress is finished. A task that fails is tried again at the next interval.
    pub async fn run(self, stop: CancellationToken) {
        tokio::join!(
            every(TASK_INTERVAL, &stop, || self.remind_and_clean_up()),
            every(OUTBOX_PURGE_INTERVAL, &stop, || self.purge_outbox()),
        );
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
        for (purge, before) in [
            (IDEMPOTENCY_KEY_PURGE, now - IDEMPOTENCY_KEY_RETENTION),
            (decision::PURGE, now - decision::RETENTION),
            (delivery::PURGE, now - DELIVERY_RETENTION),
            (budget::PURGE, now - budget::WINDOW),
            (partner::delivery::PURGE, now - DELIVERY_RETENTION),
            (ARCHIVE_PURGE, now - ARCHIVE_RETENTION),
            (UNLINKED_PURGE, now - UNLINKED_RETENTION),
            (webhook::PURGE, now - WEBHOOK_EVENT_RETENTION),
            (process_start::PURGE, now - process_start::RETENTION),
            (request_trace::PURGE, now - request_trace::RETENTION),
        ] {
            self.purge(&purge, before).await;
        }
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

    async fn purge_outbox(&self) {
        let before = self.clock.now() - OUTBOX_RETENTION;
        self.purge(&outbox::PURGE, before).await;
    }

    /// Deletes all rows of a table from before a time, in batches. A failure is logged.
    async fn purge(&self, purge: &Purge, before: DateTime<Utc>) {
        loop {
            match purge.run(&self.pool, before, BATCH).await {
                Ok(deleted) if deleted < u64::from(BATCH) => return,
                Ok(_) => {}
                Err(error) => {
                    let table = purge.table;
                    tracing::warn!(
                        error = error.message_with_cause(),
                        table,
                        "expired rows were not deleted; trying again"
                    );
                    return;
                }
            }
        }
    }
}

fn log_failure<T>(failure: &'static str, result: Result<T>) {
    if let Err(error) = result {
        tracing::warn!(
            error = error.message_with_cause(),
            "{failure}; trying again"
        );
    }
}
