//! Deletes processed messages in batches of up to ten, since SQS charges for each call.

use std::{sync::Arc, time::Duration};

use coach_domain::{
    kill_point,
    queue::{Error, MAX_BATCH_SIZE, Queue, QueueName, Receipt},
};
use tokio::{sync::mpsc, task::JoinHandle};

use crate::backoff;

/// The maximum number of attempts of a deletion. After that the message is received again, and the consumer finds it in
/// its inbox.
const MAX_ATTEMPTS: u32 = 4;

/// The delays between attempts of a deletion: first and longest.
const BACKOFF_RANGE: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(2));

/// Starts a task that deletes the processed messages of one queue whose receipts are sent to it. It ends when all
/// senders are dropped and all these messages are deleted.
pub(super) fn start(
    queue: Arc<dyn Queue>,
    name: QueueName,
) -> (mpsc::Sender<Receipt>, JoinHandle<()>) {
    let (sender, mut receipts) = mpsc::channel(MAX_BATCH_SIZE * 10);
    let task = tokio::spawn(async move {
        let mut batch = Vec::with_capacity(MAX_BATCH_SIZE);
        while receipts.recv_many(&mut batch, MAX_BATCH_SIZE).await > 0 {
            kill_point::reached("before-delete");
            delete(&*queue, name, &batch).await;
            batch.clear();
        }
    });
    (sender, task)
}

async fn delete(queue: &dyn Queue, name: QueueName, receipts: &[Receipt]) {
    let mut remaining = receipts.to_vec();
    for attempts in 1.. {
        let failure = match queue.delete(name, &remaining).await {
            Ok(results) => {
                let failed = remaining
                    .iter()
                    .zip(&results)
                    .filter_map(|(receipt, result)| match result {
                        // Another worker has received it, and finds it in the inbox.
                        Ok(()) | Err(Error::StaleReceipt) => None,
                        Err(error) => Some((receipt.clone(), error.clone())),
                    });
                let (failed, errors): (Vec<_>, Vec<_>) = failed.unzip();
                remaining = failed;
                errors.into_iter().next()
            }
            Err(error) => Some(error),
        };
        let Some(error) = failure else { return };
        if attempts == MAX_ATTEMPTS {
            tracing::warn!(
                queue = %name,
                %error,
                count = remaining.len(),
                "processed messages were not deleted; they will be received again"
            );
            return;
        }
        let delay = backoff::delay(attempts, BACKOFF_RANGE, name);
        tokio::time::sleep(delay).await;
    }
}
