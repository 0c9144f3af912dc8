//! A worker: relay, consumers and scheduler, which run together in one process.

use std::sync::Arc;

use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    consumer::{ConsumerOptions, ConsumerPool, Jobs},
    gauges::Gauges,
    live::Live,
    relay::{Relay, Route},
    schedule::Scheduler,
};

/// The background tasks of a process.
pub struct Worker {
    /// Sends the messages of the outbox.
    pub relay: Relay,
    /// The routes of the relay.
    pub routes: Vec<Route>,
    /// What the consumers share.
    pub consumer_pool: ConsumerPool,
    /// The consumers, one for each queue.
    pub consumers: Vec<Jobs>,
    /// The options of every consumer.
    pub consumer_options: ConsumerOptions,
    /// Runs what is due at set times.
    pub scheduler: Scheduler,
    /// Keeps the status file of live sessions up to date.
    pub live: Live,
}

impl Worker {
    /// Runs until `stop` is cancelled. Work in progress then has [`ConsumerOptions::grace`] to finish; messages that
    /// are not done by then are released.
    pub async fn run(self, stop: CancellationToken) {
        let tasks = TaskTracker::new();
        tasks.spawn(Gauges::new().run(
            self.relay.pool.clone(),
            self.consumer_pool.queue.clone(),
            self.relay.clock.clone(),
            stop.clone(),
        ));
        tasks.spawn(self.relay.run(self.routes, stop.clone()));
        tasks.spawn(self.scheduler.run(stop.clone()));
        tasks.spawn(self.live.run(stop.clone()));
        for consumer in self.consumers {
            let pool = self.consumer_pool.clone();
            tasks.spawn(pool.run(Arc::new(consumer), self.consumer_options, stop.clone()));
        }
        tasks.close();
        tasks.wait().await;
    }
}
