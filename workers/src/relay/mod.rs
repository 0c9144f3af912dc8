//! The relay of the outbox: sends its rows to their queues. It claims rows for the duration of a lease, sends them in
//! batches, and marks them as sent. If it dies in between, another relay claims them when the lease is over, and sends
//! them again with the same envelope ids.

mod batch;
mod large;
mod order;
mod rate_limiter;
mod send;

use std::{sync::Arc, time::Duration};

use chrono::TimeDelta;
use coach_domain::{
    Result,
    clock::Clock,
    database::Pool,
    id, kill_point,
    object::ObjectStore,
    outbox,
    queue::{self, Outgoing, Queue, QueueName},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

pub use large::fetch as fetch_payload;

use crate::{backoff::Backoff, event::SnsTopic};
use order::Partitions;
use rate_limiter::RateLimiter;
use send::BatchSender;

/// How long rows are claimed: longer than a send may take.
const LEASE: TimeDelta = TimeDelta::seconds(30);

/// The maximum number of rows of one claim.
const CLAIM_SIZE: u32 = 200;

/// The default of [`Relay::poll_interval`].
pub const DEFAULT_POLL_INTERVAL: Duration = Duration::from_millis(100);

/// The delays of retries while a queue or the database is unavailable: first and longest.
const BACKOFF_RANGE: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(10));

/// Where the rows of a queue are sent.
#[derive(Clone)]
pub struct Route {
    /// The queue of the rows.
    pub name: QueueName,
    /// The destination. Without one the rows are discarded: they are marked as sent.
    pub destination: Option<Destination>,
    /// Whether the outlet is first in, first out: then a member's rows go in the order of their commits, by one relay
    /// at a time.
    pub keeps_order: bool,
}

/// What a route sends to.
#[derive(Clone)]
pub enum Destination {
    /// A queue.
    Queue(Arc<dyn Queue>),
    /// A topic with any number of subscribers.
    Topic(SnsTopic),
}

impl Destination {
    /// The messaging system, as it is named in telemetry.
    fn system(&self) -> &'static str {
        match self {
            Self::Queue(target) => target.system(),
            Self::Topic(_) => "aws.sns",
        }
    }

    async fn send(
        &self,
        queue: QueueName,
        messages: &[Outgoing],
    ) -> queue::Result<Vec<queue::Result<()>>> {
        match self {
            Self::Queue(target) => target.send(queue, messages).await,
            Self::Topic(target) => target.send(messages).await,
        }
    }
}

/// What the relays of all queues of a process share.
#[derive(Clone)]
pub struct Relay {
    /// A pool for queues: [`Options::for_queues`](coach_domain::database::Options::for_queues).
    pub pool: Pool,
    /// The store of payloads that are too large for a message.
    pub objects: Arc<dyn ObjectStore>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The maximum number of rows per second, over all queues of the process. Without it there is no limit.
    pub rate: Option<u32>,
    /// How often to poll for rows that other processes have committed. Commits of its own process wake the relay.
    pub poll_interval: Duration,
}

impl Relay {
    /// Runs until `stop` is cancelled; sends in progress are finished. Each route has a task of its own, so that a
    /// queue that is unavailable does not delay the others.
    pub async fn run(self, routes: Vec<Route>, stop: CancellationToken) {
        let rate_limiter = Arc::new(RateLimiter::new(self.rate));
        let tasks = TaskTracker::new();
        for route in routes {
            let relay = QueueRelay::new(self.clone(), route, rate_limiter.clone());
            tasks.spawn(relay.run(stop.clone()));
        }
        tasks.close();
        tasks.wait().await;
    }
}

/// The relay of one queue.
struct QueueRelay {
    relay: Relay,
    route: Route,
    rate_limiter: Arc<RateLimiter>,
    partitions: Option<Partitions>,
    backoff: Backoff,
}

/// The result of one claim and send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Round {
    /// There were no rows.
    Idle,
    /// Rows were sent. There may be more.
    Sent,
    /// The queue or the database is unavailable, or the lease is about to end.
    Unavailable,
}

impl QueueRelay {
    fn new(relay: Relay, route: Route, rate_limiter: Arc<RateLimiter>) -> Self {
        let name = id::new_v7(relay.clock.now());
        let ordered = route.keeps_order && route.destination.is_some();
        Self {
            relay,
            route,
            rate_limiter,
            partitions: ordered.then(|| Partitions::new(name)),
            backoff: Backoff::new(BACKOFF_RANGE, name),
        }
    }

    async fn run(mut self, stop: CancellationToken) {
        while !stop.is_cancelled() {
            // Enabled before the claim, so that a commit during the claim is not missed.
            let notified = outbox::notified();
            tokio::pin!(notified);
            notified.as_mut().enable();
            let round = self.round().await.unwrap_or_else(|error| {
                tracing::warn!(queue = %self.route.name, %error, "the outbox cannot be relayed; trying again");
                Round::Unavailable
            });
            let delay = match round {
                Round::Unavailable => self.backoff.next(),
                Round::Idle | Round::Sent => {
                    self.backoff.reset();
                    self.relay.poll_interval
                }
            };
            if round == Round::Sent {
                continue;
            }
            tokio::select! {
                () = tokio::time::sleep(delay) => {}
                () = notified, if round == Round::Idle => {}
                () = stop.cancelled() => {}
            }
        }
        if let Some(partitions) = &self.partitions {
            partitions.release(&self.relay.pool, self.route.name).await;
        }
    }

    async fn round(&mut self) -> Result<Round> {
        let (pool, name, now) = (&self.relay.pool, self.route.name, self.relay.clock.now());
        let until = match &mut self.partitions {
            None => now + LEASE,
            Some(partitions) => partitions.renew(pool, name, now).await?,
        };
        let now = self.relay.clock.now();
        let ready = (self.partitions.as_mut()).map(|partitions| partitions.ready(now));
        let limit = self.rate_limiter.claim_size(CLAIM_SIZE);
        let rows = outbox::claim(pool, name, ready.as_deref(), limit, now, until).await?;
        if rows.is_empty() {
            return Ok(Round::Idle);
        }
        kill_point::reached("after-claim");
        self.rate_limiter.acquire(rows.len()).await;
        let Some(destination) = &self.route.destination else {
            let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
            outbox::mark_sent(pool, ids, self.relay.clock.now()).await?;
            return Ok(Round::Sent);
        };
        let sender = BatchSender {
            relay: &self.relay,
            destination,
            name,
        };
        let available = if let Some(partitions) = &mut self.partitions {
            let (available, deferred) = sender.send_in_order(rows, until).await?;
            let now = self.relay.clock.now();
            for (partition, delay) in deferred {
                let delay = TimeDelta::from_std(delay).unwrap_or_default();
                partitions.defer(partition, now + delay);
            }
            available
        } else {
            sender.send(rows).await?
        };
        Ok(if available {
            Round::Sent
        } else {
            Round::Unavailable
        })
    }
}
