//! Scans the dead letters of a queue on SQS.

use std::{collections::BTreeMap, time::Duration};

use aws_sdk_sqs::types::Message;
use coach_domain::queue::{MAX_BATCH_SIZE, Receipt, Result};

use super::SqsQueue;

/// The visibility timeout of dead letters during a scan.
const SCAN_VISIBILITY: Duration = Duration::from_mins(2);

/// The wait of a receive. Any wait makes SQS query all of its servers, not a sample of them.
const WAIT: Duration = Duration::from_secs(1);

/// The maximum number of dead letters of a scan. SQS allows at most 20,000 messages in flight in a FIFO queue.
const MAX_SCANNED: usize = 10_000;

/// A scan of a queue's dead letters. Those that are not deleted are released when it ends.
pub(super) struct Scan<'q> {
    queue: &'q SqsQueue,
    /// The URL of the dead-letter queue.
    dead_letter_queue: String,
    /// The receipts of the dead letters that the scan has received and not deleted, by id.
    receipts: BTreeMap<String, Receipt>,
}

impl<'q> Scan<'q> {
    pub(super) fn new(queue: &'q SqsQueue, dead_letter_queue: String) -> Self {
        Self {
            queue,
            dead_letter_queue,
            receipts: BTreeMap::new(),
        }
    }

    /// The next dead letters that the scan has not returned before; none at its end.
    pub(super) async fn next(&mut self, limit: usize) -> Result<Vec<Message>> {
        let remaining = MAX_SCANNED.saturating_sub(self.receipts.len());
        let limit = limit.min(MAX_BATCH_SIZE).min(remaining);
        let mut messages = self
            .queue
            .receive_messages(&self.dead_letter_queue, limit, WAIT, SCAN_VISIBILITY)
            .await?;
        // A message is received again when its visibility timeout has ended: the scan has come round to the first ones.
        messages.retain(|message| {
            let (Some(id), Some(receipt)) = (&message.message_id, &message.receipt_handle) else {
                return false;
            };
            let receipt = Receipt(receipt.clone());
            self.receipts.insert(id.clone(), receipt).is_none()
        });
        Ok(messages)
    }

    /// Deletes dead letters that the scan has returned. Returns how many were deleted. Failures are logged; those
    /// letters are released at the end of the scan.
    pub(super) async fn delete(&mut self, ids: &[&str]) -> Result<usize> {
        let known = ids.iter().filter_map(|id| self.receipts.get_key_value(*id));
        let (ids, receipts): (Vec<_>, Vec<_>) = known
            .map(|(id, receipt)| (id.clone(), receipt.clone()))
            .unzip();
        let results = self
            .queue
            .delete_messages(&self.dead_letter_queue, &receipts)
            .await?;
        let mut deleted = 0;
        for (id, result) in ids.iter().zip(results) {
            match result {
                Ok(()) => {
                    self.receipts.remove(id);
                    deleted += 1;
                }
                Err(error) => {
                    let (queue, message) = (&self.dead_letter_queue, id);
                    tracing::warn!(queue, message, %error, "a dead letter was not deleted; it may be there twice");
                }
            }
        }
        Ok(deleted)
    }

    /// Releases the remaining dead letters.
    pub(super) async fn end(self) {
        let receipts: Vec<_> = self.receipts.into_values().collect();
        self.queue.release(&self.dead_letter_queue, &receipts).await;
    }
}
