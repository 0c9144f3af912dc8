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

/// What is asked for with each message.
const ATTRIBUTES: [Attribute; 3] = [
    Attribute::ApproximateReceiveCount,
    Attribute::SentTimestamp,
    Attribute::MessageGroupId,
];

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
        Ok(readable(&place, messages))
    }

    /// Messages with what [`readable`] needs, and their groups.
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
        // By the name of today, and by the one before: what speaks like SQS often knows but one of them.
        #[expect(deprecated, reason = "the only name to some")]
        let answer = self
            .client
            .receive_message()
            .queue_url(&place.url)
            .max_number_of_messages(i32::try_from(most.min(BATCH)).unwrap_or(1))
            .wait_time_seconds(seconds(wait.min(MAX_WAIT)))
            .visibility_timeout(seconds(visibility.min(MAX_VISIBILITY)))
            .set_message_system_attribute_names(Some(ATTRIBUTES.to_vec()))
            .set_attribute_names(Some(ATTRIBUTES.map(|name| name.as_str().into()).to_vec()))
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

/// Messages as SQS tells of them. One that cannot be worked on is told of and left alone, so that it holds no other: it
/// comes again, and is a dead letter in the end.
pub(super) fn readable(place: &Place, messages: Vec<Message>) -> Vec<Received> {
    let readable = messages.into_iter().filter_map(|message| {
        let id = message.message_id.clone();
        let read = received(message);
        if read.is_none() {
            let queue = &place.url;
            tracing::error!(
                queue,
                message = id,
                "a message came without a receipt, so that it can be neither kept hidden nor finished; it is left alone"
            );
        }
        read
    });
    readable.collect()
}

/// A message without id goes by its receipt, one without a body is none of ours and goes the way of those, and one
/// without attributes was never received before, as far as we know.
fn received(message: Message) -> Option<Received> {
    let number = |name| -> Option<i64> {
        let attributes = message.attributes.as_ref()?;
        attributes.get(&name)?.parse().ok()
    };
    let receives = number(Attribute::ApproximateReceiveCount);
    let receives = receives.and_then(|it| u32::try_from(it).ok());
    let sent_at = number(Attribute::SentTimestamp).and_then(DateTime::from_timestamp_millis);
    let receipt = message.receipt_handle.filter(|it| !it.is_empty())?;
    Some(Received {
        receives: receives.unwrap_or(1).max(1),
        sent_at: sent_at.unwrap_or(DateTime::UNIX_EPOCH),
        id: message.message_id.unwrap_or_else(|| receipt.clone()),
        body: message.body.unwrap_or_default(),
        receipt: Receipt(receipt),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_odd_message_holds_no_other() {
        let place = Place {
            url: "https://sqs.example.com/email".to_owned(),
            first_in_first_out: false,
        };
        let whole = Message::builder()
            .message_id("a")
            .receipt_handle("r")
            .body("{}")
            .attributes(Attribute::ApproximateReceiveCount, "3")
            .attributes(Attribute::SentTimestamp, "1773835200000");
        let bare = Message::builder().receipt_handle("bare");
        let strange = whole
            .clone()
            .attributes(Attribute::ApproximateReceiveCount, "many")
            .attributes(Attribute::SentTimestamp, "yesterday");
        let lost = Message::builder().message_id("b").body("{}");
        let messages =
            [lost, whole, bare, strange].map(aws_sdk_sqs::types::builders::MessageBuilder::build);
        let read = readable(&place, messages.to_vec());
        let told: Vec<_> = (read.iter())
            .map(|it| (it.id.as_str(), it.body.as_str(), it.receives))
            .collect();
        assert_eq!(told, [("a", "{}", 3), ("bare", "", 1), ("a", "{}", 1)]);
        assert_eq!(read[0].sent_at.timestamp(), 1_773_835_200);
    }
}
