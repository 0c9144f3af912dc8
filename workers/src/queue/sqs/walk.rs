//! Looking through the dead letters of SQS.

use std::{collections::BTreeMap, time::Duration};

use aws_sdk_sqs::types::Message;
use coach_domain::queue::{BATCH, Receipt, Result};

use super::{SqsQueue, address::Place};

/// For how long letters are hidden while they are looked through.
const HIDDEN: Duration = Duration::from_mins(2);

/// A wait, however short, makes SQS ask all of its machines.
const WAIT: Duration = Duration::from_secs(1);

/// How many letters are looked at. SQS holds no more than 20,000 in flight where order is kept.
const MOST: usize = 10_000;

/// A way through a queue's dead letters. What is not deleted on it is given back at its end.
pub(super) struct Walk<'q> {
    queue: &'q SqsQueue,
    grave: Place,
    held: BTreeMap<String, Receipt>,
}

impl<'q> Walk<'q> {
    pub(super) fn new(queue: &'q SqsQueue, grave: Place) -> Self {
        let held = BTreeMap::new();
        Self { queue, grave, held }
    }

    /// Some letters that were not seen on this way; none when there are no more.
    pub(super) async fn next(&mut self, most: usize) -> Result<Vec<Message>> {
        let most = most.min(BATCH).min(MOST.saturating_sub(self.held.len()));
        let mut messages = self.queue.take(&self.grave, most, WAIT, HIDDEN).await?;
        // What comes again comes because the first of them are not hidden any more.
        messages.retain(|message| {
            let (Some(id), Some(receipt)) = (&message.message_id, &message.receipt_handle) else {
                return false;
            };
            let receipt = Receipt(receipt.clone());
            self.held.insert(id.clone(), receipt).is_none()
        });
        Ok(messages)
    }

    /// Deletes letters of this way for good. Says how many; one that is not deleted is told of, and given back with what is
    /// left.
    pub(super) async fn delete(&mut self, ids: &[&str]) -> Result<usize> {
        let held = ids.iter().filter_map(|id| self.held.get_key_value(*id));
        let (ids, receipts): (Vec<_>, Vec<_>) = held
            .map(|(id, receipt)| (id.clone(), receipt.clone()))
            .unzip();
        let results = self.queue.finish(&self.grave, &receipts).await?;
        let mut done = 0;
        for (id, result) in ids.iter().zip(results) {
            match result {
                Ok(()) => {
                    self.held.remove(id);
                    done += 1;
                }
                Err(error) => {
                    let (queue, message) = (&self.grave.url, id);
                    tracing::warn!(queue, message, %error, "a dead letter was not deleted; it may be there twice");
                }
            }
        }
        Ok(done)
    }

    /// Gives back what is left.
    pub(super) async fn end(self) {
        let receipts: Vec<_> = self.held.into_values().collect();
        self.queue.give_back(&self.grave, &receipts).await;
    }
}
