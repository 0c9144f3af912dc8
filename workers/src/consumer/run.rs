//! Receiving from a queue, and working on as many messages at once as was agreed.

use std::{sync::Arc, time::Duration};

use coach_domain::{
    kill_point,
    object::ObjectStore,
    queue::{BATCH, Queue, Received},
};
use tokio::{sync::Semaphore, time::timeout};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{Consumer, deletion::Deletions, handle::Handling};
use crate::backoff::Backoff;

/// How long a receive waits for the first message.
const WAIT: Duration = Duration::from_secs(20);

/// What a receive that is under way when we are asked to stop gets, so that it does not hide messages that nobody works
/// on.
const LAST: Duration = Duration::from_millis(300);

/// How a queue is worked on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Consuming {
    /// The most messages at once.
    pub concurrency: usize,
    /// How long the work on one may take.
    pub deadline: Duration,
    /// For how long a message is hidden, again and again while it is worked on: so long it stays hidden when the process
    /// dies.
    pub visibility: Duration,
    /// How long work that is under way may take when we are asked to stop. What is not done then is given back.
    pub grace: Duration,
}

impl Default for Consuming {
    fn default() -> Self {
        Self {
            concurrency: 16,
            deadline: Duration::from_mins(1),
            visibility: Duration::from_secs(30),
            grace: Duration::from_secs(8),
        }
    }
}

/// What the consumers of a process share.
#[derive(Clone)]
pub struct Pool {
    /// Where messages come from.
    pub queue: Arc<dyn Queue>,
    /// Where payloads are that were too large to travel.
    pub objects: Arc<dyn ObjectStore>,
}

impl Pool {
    /// Works until asked to stop, and then finishes what is under way or gives it back.
    pub async fn run(
        self,
        consumer: Arc<dyn Consumer>,
        consuming: Consuming,
        stop: CancellationToken,
    ) {
        let name = consumer.queue();
        let places = Arc::new(Semaphore::new(consuming.concurrency.max(1)));
        let working = TaskTracker::new();
        let deletions = Deletions::start(self.queue.clone(), name);
        // Tells those who are still at work that the time is over.
        let over = CancellationToken::new();
        let handling = Arc::new(Handling {
            pool: self,
            consumer,
            consuming,
            deletions: deletions.clone(),
            over: over.clone(),
        });
        let mut backoff = Backoff::new(Duration::from_millis(200), Duration::from_secs(10), name);
        while !stop.is_cancelled() {
            let place = tokio::select! {
                place = places.clone().acquire_owned() => place,
                () = stop.cancelled() => break,
            };
            // The semaphore is never closed.
            let Ok(first) = place else { break };
            let mut taken = vec![first];
            while taken.len() < BATCH
                && let Ok(another) = places.clone().try_acquire_owned()
            {
                taken.push(another);
            }
            match handling.receive(taken.len(), &stop).await {
                Ok(messages) => {
                    backoff.reset();
                    if !messages.is_empty() {
                        kill_point::reached("after-receive");
                    }
                    for (message, place) in messages.into_iter().zip(taken) {
                        let handling = handling.clone();
                        working.spawn(async move {
                            handling.handle(message).await;
                            drop(place);
                        });
                    }
                }
                Err(error) => {
                    let wait = backoff.next();
                    tracing::warn!(queue = %name, %error, "nothing can be received; trying again");
                    tokio::select! {
                        () = tokio::time::sleep(wait) => {}
                        () = stop.cancelled() => {}
                    }
                }
            }
        }
        working.close();
        if timeout(consuming.grace, working.wait()).await.is_err() {
            over.cancel();
            working.wait().await;
        }
        drop(handling);
        deletions.finish().await;
    }
}

impl Handling {
    async fn receive(
        &self,
        most: usize,
        stop: &CancellationToken,
    ) -> coach_domain::queue::Result<Vec<Received>> {
        let queue = self.consumer.queue();
        let receive = self
            .pool
            .queue
            .receive(queue, most, WAIT, self.consuming.visibility);
        tokio::pin!(receive);
        tokio::select! {
            received = &mut receive => received,
            () = stop.cancelled() => timeout(LAST, receive).await.unwrap_or_else(|_| Ok(Vec::new())),
        }
    }
}
