//! A worker: relay, consumers and scheduler together, as one process runs them.

use std::sync::Arc;

use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    consumer::{Consumer, Consuming, Pool},
    gauges::Gauges,
    live::Live,
    relay::{Relay, Route},
    schedule::Scheduler,
};

/// What works behind the answers.
pub struct Worker {
    /// Sends what the outbox owes.
    pub relay: Relay,
    /// Where to.
    pub routes: Vec<Route>,
    /// Where consumers receive from.
    pub pool: Pool,
    /// Who does what was sent.
    pub consumers: Vec<Arc<dyn Consumer>>,
    /// How.
    pub consuming: Consuming,
    /// Looks at the time.
    pub scheduler: Scheduler,
    /// Keeps the status file right.
    pub live: Live,
}

impl Worker {
    /// Works until asked to stop; then finishes what is under way, or gives it back, within
    /// [`Consuming::grace`].
    pub async fn run(self, stop: CancellationToken) {
        let tasks = TaskTracker::new();
        tasks.spawn(Gauges::new().run(
            self.relay.pool.clone(),
            self.pool.queue.clone(),
            self.relay.clock.clone(),
            stop.clone(),
        ));
        tasks.spawn(self.relay.run(self.routes, stop.clone()));
        tasks.spawn(self.scheduler.run(stop.clone()));
        tasks.spawn(self.live.run(stop.clone()));
        for consumer in self.consumers {
            let pool = self.pool.clone();
            tasks.spawn(pool.run(consumer, self.consuming, stop.clone()));
        }
        tasks.close();
        tasks.wait().await;
    }
}
