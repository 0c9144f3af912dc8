//! Receives messages from a queue, and processes up to a configured number of them concurrently.

use std::{sync::Arc, time::Duration};

use coach_domain::{
    kill_point,
    object::ObjectStore,
    queue::{MAX_BATCH_SIZE, Queue, Received},
};
use tokio::{sync::Semaphore, time::timeout};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{Consumer, deletion, handle::MessageHandler};
use crate::backoff::Backoff;

/// How long a receive waits for the first message.
const RECEIVE_WAIT: Duration = Duration::from_secs(20);

/// How long a pending receive may take once the process stops. It is not dropped at once, because that would hide
/// messages that no one processes.
const LAST_RECEIVE_TIMEOUT: Duration = Duration::from_millis(300);

/// The delays of retries while a queue is unavailable: first and longest.
const BACKOFF_RANGE: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(10));

/// The options of a consumer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConsumerOptions {
    /// The maximum number of messages that are processed concurrently.
    pub concurrency: usize,
    /// How long the processing of a message may take.
    pub deadline: Duration,
    /// The visibility timeout of a message. It is extended while the message is processed, so this is how long the
    /// message stays hidden when the process dies.
    pub visibility: Duration,
    /// How long messages in progress may take to finish once the process stops. Those that have not finished by then
    /// are released.
    pub grace: Duration,
}

impl Default for ConsumerOptions {
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
pub struct ConsumerPool {
    /// The queues.
    pub queue: Arc<dyn Queue>,
    /// The store of payloads that are too large for the queues.
    pub objects: Arc<dyn ObjectStore>,
}

impl ConsumerPool {
    /// Runs `consumer` until `stop` is cancelled, and then finishes or releases the messages in progress.
    pub async fn run(
        self,
        consumer: Arc<dyn Consumer>,
        options: ConsumerOptions,
        stop: CancellationToken,
    ) {
        let name = consumer.queue();
        let semaphore = Arc::new(Semaphore::new(options.concurrency.max(1)));
        let in_progress = TaskTracker::new();
        let (deletions, deleting) = deletion::start(self.queue.clone(), name);
        let grace_over = CancellationToken::new();
        let handler = Arc::new(MessageHandler {
            pool: self,
            consumer,
            options,
            deletions,
            grace_over: grace_over.clone(),
        });
        let mut backoff = Backoff::new(BACKOFF_RANGE, name);
        while !stop.is_cancelled() {
            let permit = tokio::select! {
                permit = semaphore.clone().acquire_owned() => permit,
                () = stop.cancelled() => break,
            };
            // It cannot fail: the semaphore is never closed.
            let Ok(first) = permit else { break };
            let mut permits = vec![first];
            while permits.len() < MAX_BATCH_SIZE
                && let Ok(another) = semaphore.clone().try_acquire_owned()
            {
                permits.push(another);
            }
            match handler.receive(permits.len(), &stop).await {
                Ok(messages) => {
                    backoff.reset();
                    if !messages.is_empty() {
                        kill_point::reached("after-receive");
                    }
                    for (message, permit) in messages.into_iter().zip(permits) {
                        let handler = handler.clone();
                        in_progress.spawn(async move {
                            handler.handle(message).await;
                            drop(permit);
                        });
                    }
                }
                Err(error) => {
                    let delay = backoff.next();
                    tracing::warn!(queue = %name, %error, "messages cannot be received; trying again");
                    tokio::select! {
                        () = tokio::time::sleep(delay) => {}
                        () = stop.cancelled() => {}
                    }
                }
            }
        }
        in_progress.close();
        if timeout(options.grace, in_progress.wait()).await.is_err() {
            grace_over.cancel();
            in_progress.wait().await;
        }
        // With the handler, the last sender of deletions is dropped.
        drop(handler);
        let _ = deleting.await;
    }
}

impl MessageHandler {
    async fn receive(
        &self,
        limit: usize,
        stop: &CancellationToken,
    ) -> coach_domain::queue::Result<Vec<Received>> {
        let (queues, queue) = (&self.pool.queue, self.consumer.queue());
        let receive = queues.receive(queue, limit, RECEIVE_WAIT, self.options.visibility);
        tokio::pin!(receive);
        tokio::select! {
            received = &mut receive => received,
            () = stop.cancelled() => {
                let last = timeout(LAST_RECEIVE_TIMEOUT, receive).await;
                last.unwrap_or_else(|_| Ok(Vec::new()))
            }
        }
    }
}
