//! Receiving, and what is done with what was received.

use std::time::Duration;

use aws_sdk_sqs::types::{
    ChangeMessageVisibilityBatchRequestEntry, DeleteMessageBatchRequestEntry, Message,
    MessageSystemAttributeName as Attribute,
};
use chrono::DateTime;
use coach_domain::queue::{BATCH, Error, QueueName, Receipt, Received, Result};
use tokio::time::Instant;

use super::{
    SqsQueue,
    address::Place,
    failure::{failure, stale, unfinished},
    seconds,
    send::at,
};
use crate::queue::{MAX_VISIBILITY, MAX_WAIT};

impl SqsQueue {
    pub(super) async fn wait_for(
        &self,
        queue: QueueName,
        most: usize,
        wait: Duration,
        visibility: Duration,
    ) -> Result<Vec<Received>> {
        let place = self.place(queue).await?;
        let deadline = Instant::now() + wait.min(MAX_WAIT);
        if !self.pauses.runs(queue, deadline).await? {
            return Ok(Vec::new());
        }
        // SQS would hand out several of a group at once, and count a receive for each, though all but the first must
        // wait for it: they would die of its failures.
        let most = if place.first_in_first_out {
            most.min(1)
        } else {
            most
        };
        let rest = deadline.saturating_duration_since(Instant::now());
        let messages = self.take(&place, most, rest, visibility).await?;
        messages.into_iter().map(received).collect()
    }

    /// Messages with what [`received`] needs, and their groups.
    pub(super) async fn take(
        &self,
        place: &Place,
        most: usize,
        wait: Duration,
        visibility: Duration,
    ) -> Result<Vec<Message>> {
        if most == 0 {
            return Ok(Vec::new());
        }
        let answer = self
            .client
            .receive_message()
            .queue_url(&place.url)
            .max_number_of_messages(i32::try_from(most.min(BATCH)).unwrap_or(1))
            .wait_time_seconds(seconds(wait.min(MAX_WAIT)))
            .visibility_timeout(seconds(visibility.min(MAX_VISIBILITY)))
            .message_system_attribute_names(Attribute::ApproximateReceiveCount)
            .message_system_attribute_names(Attribute::SentTimestamp)
            .message_system_attribute_names(Attribute::MessageGroupId)
            .send()
            .await
            .map_err(|error| failure(&place.url, &error))?;
        Ok(answer.messages.unwrap_or_default())
    }

    pub(super) async fn hide(
        &self,
        place: &Place,
        receipt: &Receipt,
        visibility: Duration,
    ) -> Result<()> {
        let call = self
            .client
            .change_message_visibility()
            .queue_url(&place.url)
            .receipt_handle(&receipt.0)
            .visibility_timeout(seconds(visibility.min(MAX_VISIBILITY)));
        match call.send().await {
            Ok(_) => Ok(()),
            Err(error) => Err(stale(&place.url, &error)),
        }
    }

    /// Gives several back at once. What cannot be given back comes by itself.
    pub(super) async fn give_back(&self, place: &Place, receipts: &[Receipt]) {
        for batch in receipts.chunks(BATCH) {
            let entries = batch.iter().enumerate().filter_map(|(at, receipt)| {
                ChangeMessageVisibilityBatchRequestEntry::builder()
                    .id(at.to_string())
                    .receipt_handle(&receipt.0)
                    .visibility_timeout(0)
                    .build()
                    .ok()
            });
            let call = self
                .client
                .change_message_visibility_batch()
                .queue_url(&place.url)
                .set_entries(Some(entries.collect()));
            if let Err(error) = call.send().await {
                let error = failure(&place.url, &error);
                tracing::warn!(%error, "messages could not be given back");
            }
        }
    }

    pub(super) async fn finish(
        &self,
        place: &Place,
        receipts: &[Receipt],
    ) -> Result<Vec<Result<()>>> {
        let mut results = Vec::with_capacity(receipts.len());
        for batch in receipts.chunks(BATCH) {
            results.extend(self.finish_batch(place, batch).await?);
        }
        Ok(results)
    }

    async fn finish_batch(&self, place: &Place, receipts: &[Receipt]) -> Result<Vec<Result<()>>> {
        let entries = receipts.iter().enumerate().map(|(at, receipt)| {
            DeleteMessageBatchRequestEntry::builder()
                .id(at.to_string())
                .receipt_handle(&receipt.0)
                .build()
                .map_err(|_| Error::StaleReceipt)
        });
        let entries = entries.collect::<Result<Vec<_>>>()?;
        let answer = self
            .client
            .delete_message_batch()
            .queue_url(&place.url)
            .set_entries(Some(entries))
            .send()
            .await
            .map_err(|error| failure(&place.url, &error))?;
        let silent = Err(Error::Unavailable("SQS does not say".to_owned()));
        let mut results = vec![silent; receipts.len()];
        for entry in answer.successful() {
            if let Some(result) = at(&mut results, entry.id()) {
                *result = Ok(());
            }
        }
        for entry in answer.failed() {
            if let Some(result) = at(&mut results, entry.id()) {
                *result = Err(unfinished(&place.url, entry));
            }
        }
        Ok(results)
    }
}

/// A message as SQS tells of it.
pub(super) fn received(message: Message) -> Result<Received> {
    let number = |name| -> Option<i64> {
        let attributes = message.attributes.as_ref()?;
        attributes.get(&name)?.parse().ok()
    };
    let receives = number(Attribute::ApproximateReceiveCount);
    let sent_at = number(Attribute::SentTimestamp).and_then(DateTime::from_timestamp_millis);
    let whole = || {
        Some(Received {
            receives: u32::try_from(receives?).ok()?,
            sent_at: sent_at?,
            id: message.message_id?,
            body: message.body?,
            receipt: Receipt(message.receipt_handle?),
        })
    };
    whole().ok_or_else(|| Error::Unavailable("SQS told only a part of a message".to_owned()))
}
