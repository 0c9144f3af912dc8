//! Deleting messages that are done, ten at a time: with SQS each call costs.

use std::{sync::Arc, time::Duration};

use coach_domain::{
    kill_point,
    queue::{BATCH, Error, Queue, QueueName, Receipt},
};
use tokio::{
    sync::{Mutex, mpsc},
    task::JoinHandle,
};

use crate::backoff;

/// How often a deletion is tried. After that the message comes again, and the inbox knows it.
const TRIES: u32 = 4;

/// Deletes for the consumer of one queue.
#[derive(Clone)]
pub(super) struct Deletions {
    done: mpsc::Sender<Receipt>,
    task: Arc<Mutex<Option<JoinHandle<()>>>>,
}

impl Deletions {
    pub(super) fn start(queue: Arc<dyn Queue>, name: QueueName) -> Self {
        let (done, mut receipts) = mpsc::channel(BATCH * 10);
        let task = tokio::spawn(async move {
            let mut batch = Vec::with_capacity(BATCH);
            while receipts.recv_many(&mut batch, BATCH).await > 0 {
                kill_point::reached("before-delete");
                delete(&*queue, name, &batch).await;
                batch.clear();
            }
        });
        Self {
            done,
            task: Arc::new(Mutex::new(Some(task))),
        }
    }

    /// Has a message deleted soon.
    pub(super) async fn add(&self, receipt: Receipt) {
        // The task ends after all who could add.
        let _ = self.done.send(receipt).await;
    }

    /// Waits until all that was added is deleted; nobody else may hold a clone any more.
    pub(super) async fn finish(self) {
        let Self { done, task } = self;
        drop(done);
        if let Some(task) = task.lock().await.take() {
            let _ = task.await;
        }
    }
}

async fn delete(queue: &dyn Queue, name: QueueName, receipts: &[Receipt]) {
    let mut left = receipts.to_vec();
    for tries in 1.. {
        let failure = match queue.delete(name, &left).await {
            Ok(results) => {
                let failed =
                    left.iter()
                        .zip(&results)
                        .filter_map(|(receipt, result)| match result {
                            // Somebody else has it, and will find that it is done.
                            Ok(()) | Err(Error::StaleReceipt) => None,
                            Err(error) => Some((receipt.clone(), error.clone())),
                        });
                let (again, errors): (Vec<_>, Vec<_>) = failed.unzip();
                left = again;
                errors.into_iter().next()
            }
            Err(error) => Some(error),
        };
        let Some(error) = failure else { return };
        if tries == TRIES {
            tracing::warn!(queue = %name, %error, count = left.len(), "messages that are done were not deleted; they come again");
            return;
        }
        let (first, most) = (Duration::from_millis(100), Duration::from_secs(2));
        tokio::time::sleep(backoff::after(tries, first, most, name)).await;
    }
}
