//! The relay: sends what the outbox owes to its queues. It claims rows for a while, sends them in batches, and marks
//! them. If it ends in between, another relay claims them when the lease is over, and sends them again under the same
//! envelope ids.

mod batch;
mod large;
mod order;
mod pace;
mod send;

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use coach_domain::{
    Result,
    clock::Clock,
    database::Pool,
    id, kill_point,
    object::ObjectStore,
    outbox::{self, Owed},
    queue::{self, Outgoing, Queue, QueueName},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

pub use large::fetch as fetch_payload;

use crate::{backoff::Backoff, event::SnsTopic};
use order::Partitions;
use pace::Pace;
use send::Sender;

/// For how long rows are claimed. Longer than a send may take.
const LEASE: TimeDelta = TimeDelta::seconds(30);

/// How many rows are claimed at once.
const CLAIM: u32 = 200;

/// How often a relay looks for what other processes have committed, where nothing else is said.
pub const LOOKS_EVERY: Duration = Duration::from_millis(100);

/// Waits while a queue or the database does not answer: first and longest.
const WAITS: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(10));

/// Where what is owed goes.
#[derive(Clone)]
pub struct Route {
    /// The rows of this queue.
    pub name: QueueName,
    /// Go here; nowhere without: then they count as sent.
    pub outlet: Option<Outlet>,
    /// Whether the outlet is first in, first out: then a member's rows go in the order of their commits, by one relay at
    /// a time.
    pub keeps_order: bool,
}

/// What rows are sent to.
#[derive(Clone)]
pub enum Outlet {
    /// A queue.
    Queue(Arc<dyn Queue>),
    /// A topic, for whoever subscribes.
    Topic(SnsTopic),
}

impl Outlet {
    async fn send(
        &self,
        queue: QueueName,
        messages: &[Outgoing],
    ) -> queue::Result<Vec<queue::Result<()>>> {
        match self {
            Self::Queue(to) => to.send(queue, messages).await,
            Self::Topic(to) => to.send(messages).await,
        }
    }
}

/// What the relays of a process share.
#[derive(Clone)]
pub struct Relay {
    /// A pool for queues: [`Options::for_queues`](coach_domain::database::Options::for_queues).
    pub pool: Pool,
    /// For payloads that are too large to travel.
    pub objects: Arc<dyn ObjectStore>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The most rows a second, over all queues of the process; no limit without.
    pub rate: Option<u32>,
    /// How often it looks for what other processes have committed: [`LOOKS_EVERY`]. Commits of its own process wake it.
    pub looks_every: Duration,
}

impl Relay {
    /// Sends until asked to stop; what is under way then is finished. Each route for itself: a queue that does not
    /// answer holds no other up.
    pub async fn run(self, routes: Vec<Route>, stop: CancellationToken) {
        let pace = Arc::new(Pace::new(self.rate));
        let tasks = TaskTracker::new();
        for route in routes {
            let relaying = Relaying::new(self.clone(), route, pace.clone());
            tasks.spawn(relaying.run(stop.clone()));
        }
        tasks.close();
        tasks.wait().await;
    }
}

/// The relay of one queue.
struct Relaying {
    relay: Relay,
    route: Route,
    pace: Arc<Pace>,
    partitions: Option<Partitions>,
    backoff: Backoff,
}

/// What became of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Round {
    /// There was nothing.
    Idle,
    /// There may be more.
    Sent,
    /// The queue does not take what it is sent.
    Stuck,
}

impl Relaying {
    fn new(relay: Relay, route: Route, pace: Arc<Pace>) -> Self {
        let name = id::at(relay.clock.now());
        let ordered = route.keeps_order && route.outlet.is_some();
        Self {
            relay,
            route,
            pace,
            partitions: ordered.then(|| Partitions::new(name)),
            backoff: Backoff::new(WAITS.0, WAITS.1, name),
        }
    }

    async fn run(mut self, stop: CancellationToken) {
        while !stop.is_cancelled() {
            // Before the look, so that a commit during it counts.
            let announced = outbox::announced();
            tokio::pin!(announced);
            announced.as_mut().enable();
            let round = self.round().await.unwrap_or_else(|error| {
                tracing::warn!(queue = %self.route.name, %error, "the outbox cannot be relayed; trying again");
                Round::Stuck
            });
            let wait = match round {
                Round::Stuck => self.backoff.next(),
                Round::Idle | Round::Sent => {
                    self.backoff.reset();
                    self.relay.looks_every
                }
            };
            if round == Round::Sent {
                continue;
            }
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                () = announced, if round == Round::Idle => {}
                () = stop.cancelled() => {}
            }
        }
        if let Some(partitions) = &self.partitions {
            partitions.release(&self.relay.pool, self.route.name).await;
        }
    }

    async fn round(&mut self) -> Result<Round> {
        let until = match &mut self.partitions {
            None => self.relay.clock.now() + LEASE,
            Some(partitions) => {
                let now = self.relay.clock.now();
                partitions
                    .renew(&self.relay.pool, self.route.name, now)
                    .await?
            }
        };
        let owed = self.claim(until).await?;
        if owed.is_empty() {
            return Ok(Round::Idle);
        }
        kill_point::reached("after-claim");
        self.pace.turn(owed.len()).await;
        let Some(outlet) = &self.route.outlet else {
            let ids: Vec<_> = owed.iter().map(|row| row.id).collect();
            outbox::mark(&self.relay.pool, ids, self.relay.clock.now()).await?;
            return Ok(Round::Sent);
        };
        let sender = Sender {
            relay: &self.relay,
            outlet,
            name: self.route.name,
        };
        let answered = if let Some(partitions) = &mut self.partitions {
            let (answered, waiting) = sender.send_in_order(owed, until).await?;
            let now = self.relay.clock.now();
            for (partition, wait) in waiting {
                let wait = TimeDelta::from_std(wait).unwrap_or_default();
                partitions.put_off(partition, now + wait);
            }
            answered
        } else {
            sender.send(owed).await?
        };
        Ok(if answered { Round::Sent } else { Round::Stuck })
    }

    async fn claim(&mut self, until: DateTime<Utc>) -> Result<Vec<Owed>> {
        let now = self.relay.clock.now();
        let ready = (self.partitions.as_mut()).map(|partitions| partitions.ready(now));
        let (pool, name) = (&self.relay.pool, self.route.name);
        let most = self.pace.at_once(CLAIM);
        outbox::claim(pool, name, ready.as_deref(), most, now, until).await
    }
}
