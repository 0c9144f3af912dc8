//! The scheduler: what happens because time passes. Any number of processes may run it at once: each task either takes
//! its rows for itself, or lets one do it all.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use coach_domain::{
    Result,
    clock::Clock,
    command,
    database::Pool,
    database::Session,
    decision, inbox,
    mail::{budget, delivery},
    member,
    object::ObjectStore,
    outbox, partner,
    queue::DEAD_FOR,
    reminder::{self, CheckInsDue, SubscriptionsExpiring, SubscriptionsLapsed},
    subscription, webhook,
};
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use tracing::Span;

use crate::queue::PostgresQueue;

/// How often reminders are looked for.
const EVERY: Duration = Duration::from_mins(1);

/// How often what was sent is forgotten: a backlog is gone soon after it is sent.
const SWEPT_EVERY: Duration = Duration::from_secs(5);

/// For how long rows of the outbox stay after they were sent, to be looked at.
const SENT_FOR: TimeDelta = TimeDelta::minutes(10);

/// For how long idempotency keys are kept.
const KEYS_FOR: TimeDelta = TimeDelta::days(30);

/// For how long it is kept what became of a mail, and of a record at a partner.
const DELIVERIES_FOR: TimeDelta = TimeDelta::days(90);

/// For how long webhooks are kept as they came: longer than any dead letter.
const EVENTS_FOR: TimeDelta = TimeDelta::days(30);

/// Rows of one statement, so that nobody waits for it.
const BATCH: u32 = 1_000;

/// Looks at the time.
#[derive(Clone)]
pub struct Scheduler {
    /// The database.
    pub pool: Pool,
    /// The queue, where it is ours to tidy.
    pub queue: Option<PostgresQueue>,
    /// Where archives are that members asked for.
    pub objects: Arc<dyn ObjectStore>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

impl Scheduler {
    /// Runs until asked to stop. What fails is tried again the next time.
    pub async fn run(self, stop: CancellationToken) {
        let ticker = |every| {
            let mut ticks = interval(every);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            ticks
        };
        let (mut minutes, mut sweeps) = (ticker(EVERY), ticker(SWEPT_EVERY));
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = minutes.tick() => self.remind_and_tidy().await,
                _ = sweeps.tick() => {
                    let before = self.clock.now() - SENT_FOR;
                    told("the outbox was not swept", sweep(|| outbox::forget(&self.pool, before, BATCH)).await);
                }
            }
        }
    }

    /// Everything that is due now, once.
    pub async fn remind_and_tidy(&self) {
        let now = self.clock.now();
        self.remind(now).await;
        self.tidy(now).await;
    }

    async fn remind(&self, now: DateTime<Utc>) {
        let pool = &self.pool;
        told(
            "check-ins were not reminded of",
            reminder::give::<CheckInsDue>(pool, now).await,
        );
        let expiring = reminder::give::<SubscriptionsExpiring>(pool, now).await;
        told("ends of subscriptions were not reminded of", expiring);
        let lapsed = reminder::give::<SubscriptionsLapsed>(pool, now).await;
        told("ends of subscriptions were not told", lapsed);
    }

    async fn tidy(&self, now: DateTime<Utc>) {
        let pool = &self.pool;
        let session = Session::new(pool.clone(), Span::none());
        told(
            "members who left were not erased",
            member::erase_due(&session, &*self.clock, BATCH).await,
        );
        told(
            "days of the inbox were not turned over",
            inbox::turn_over(pool, now).await,
        );
        let keys = sweep(|| command::forget_idempotency_keys(pool, now - KEYS_FOR, BATCH)).await;
        told("idempotency keys were not swept", keys);
        let decisions = sweep(|| decision::forget(pool, now - decision::KEPT_FOR, BATCH)).await;
        told("decisions were not swept", decisions);
        let deliveries = sweep(|| delivery::forget(pool, now - DELIVERIES_FOR, BATCH)).await;
        told("records of mail were not swept", deliveries);
        let budgets = sweep(|| budget::forget(pool, now, BATCH)).await;
        told("budgets of mails were not swept", budgets);
        let told_partners = partner::delivery::forget;
        let deliveries = sweep(|| told_partners(pool, now - DELIVERIES_FOR, BATCH)).await;
        told("records of partners were not swept", deliveries);
        let archived = sweep(|| subscription::forget_archived(pool, now, BATCH)).await;
        told("records of subscriptions were not swept", archived);
        let unlinked = sweep(|| subscription::forget_unlinked(pool, now, BATCH)).await;
        told("what shops have said was not swept", unlinked);
        let events = sweep(|| webhook::forget(pool, now - EVENTS_FOR, BATCH)).await;
        told("events of webhooks were not swept", events);
        let (clock, objects) = (&*self.clock, &*self.objects);
        if let Err(error) = member::export::remove_expired(pool, clock, objects, BATCH).await {
            tracing::warn!(%error, "archives were not removed; trying again");
        }
        if let Some(queue) = &self.queue
            && let Err(error) = queue.tidy(DEAD_FOR).await
        {
            tracing::warn!(%error, "dead letters were not swept");
        }
    }
}

/// Deletes some rows at a time until there are no more.
async fn sweep<F: Future<Output = Result<u64>>>(some: impl Fn() -> F) -> Result<u64> {
    let mut total = 0;
    loop {
        let deleted = some().await?;
        total += deleted;
        if deleted < u64::from(BATCH) {
            return Ok(total);
        }
    }
}

fn told<T>(failure: &'static str, result: Result<T>) {
    if let Err(error) = result {
        tracing::warn!(%error, "{failure}; trying again");
    }
}
