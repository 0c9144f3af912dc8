//! Receives messages, changes their visibility timeouts, and deletes them.

use std::time::Duration;

use aws_sdk_sqs::types::{
    ChangeMessageVisibilityBatchRequestEntry, DeleteMessageBatchRequestEntry, Message,
    MessageSystemAttributeName as Attribute,
};
use chrono::DateTime;
use coach_domain::queue::{Error, MAX_BATCH_SIZE, Receipt, Received, Result};

use super::{
    SqsQueue,
    error::{call_error, delete_error, receipt_error},
    seconds,
};
use crate::{
    aws,
    queue::{MAX_VISIBILITY, MAX_WAIT},
};

/// The attributes that are requested for each message.
const ATTRIBUTES: [Attribute; 3] = [
    Attribute::ApproximateReceiveCount,
    Attribute::SentTimestamp,
    Attribute::MessageGroupId,
];

impl SqsQueue {
    /// Calls SQS once. The messages have the attributes that [`parse_messages`] needs, and their groups.
    pub(super) async fn receive_messages(
        &self,
        queue: &str,
        limit: usize,
        wait: Duration,
        visibility: Duration,
    ) -> Result<Vec<Message>> {
        if limit == 0 {
            return Ok(Vec::new());
        }
        // The attributes are requested by the current parameter and by the deprecated one, since many compatible
        // services know only one of them.
        #[expect(deprecated, reason = "some services know only this name")]
        let response = self
            .client
            .receive_message()
            .queue_url(queue)
            .max_number_of_messages(i32::try_from(limit.min(MAX_BATCH_SIZE)).unwrap_or(1))
            .wait_time_seconds(seconds(wait.min(MAX_WAIT)))
            .visibility_timeout(seconds(visibility.min(MAX_VISIBILITY)))
            .set_message_system_attribute_names(Some(ATTRIBUTES.to_vec()))
            .set_attribute_names(Some(ATTRIBUTES.map(|name| name.as_str().into()).to_vec()))
            .send()
            .await
            .map_err(|error| call_error(queue, &error))?;
        Ok(response.messages.unwrap_or_default())
    }

    pub(super) async fn change_visibility(
        &self,
        queue: &str,
        receipt: &Receipt,
        visibility: Duration,
    ) -> Result<()> {
        let call = self
            .client
            .change_message_visibility()
            .queue_url(queue)
            .receipt_handle(&receipt.0)
            .visibility_timeout(seconds(visibility.min(MAX_VISIBILITY)));
        match call.send().await {
            Ok(_) => Ok(()),
            Err(error) => Err(receipt_error(queue, &error)),
        }
    }

    /// Makes messages visible at once. If that fails, they become visible when their timeout ends.
    pub(super) async fn release(&self, queue: &str, receipts: &[Receipt]) {
        for batch in receipts.chunks(MAX_BATCH_SIZE) {
            let entries = batch.iter().enumerate().filter_map(|(index, receipt)| {
                ChangeMessageVisibilityBatchRequestEntry::builder()
                    .id(index.to_string())
                    .receipt_handle(&receipt.0)
                    .visibility_timeout(0)
                    .build()
                    .ok()
            });
            let call = self
                .client
                .change_message_visibility_batch()
                .queue_url(queue)
                .set_entries(Some(entries.collect()));
            if let Err(error) = call.send().await {
                let error = call_error(queue, &error);
                tracing::warn!(%error, "messages could not be released");
            }
        }
    }

    pub(super) async fn delete_messages(
        &self,
        queue: &str,
        receipts: &[Receipt],
    ) -> Result<Vec<Result<()>>> {
        let mut results = Vec::with_capacity(receipts.len());
        for batch in receipts.chunks(MAX_BATCH_SIZE) {
            results.extend(self.delete_batch(queue, batch).await?);
        }
        Ok(results)
    }

    async fn delete_batch(&self, queue: &str, receipts: &[Receipt]) -> Result<Vec<Result<()>>> {
        let entries = receipts.iter().enumerate().map(|(index, receipt)| {
            DeleteMessageBatchRequestEntry::builder()
                .id(index.to_string())
                .receipt_handle(&receipt.0)
                .build()
                .map_err(|_| Error::StaleReceipt)
        });
        let entries = entries.collect::<Result<Vec<_>>>()?;
        let response = self
            .client
            .delete_message_batch()
            .queue_url(queue)
            .set_entries(Some(entries))
            .send()
            .await
            .map_err(|error| call_error(queue, &error))?;
        let missing = Err(Error::Unavailable("SQS reported no result".to_owned()));
        let mut results = vec![missing; receipts.len()];
        let successful = response.successful().iter();
        let successful = successful.map(|entry| (entry.id(), Ok(())));
        let failed = response.failed().iter();
        let failed = failed.map(|entry| (entry.id(), Err(delete_error(queue, entry))));
        aws::store_results(&mut results, successful.chain(failed));
        Ok(results)
    }
}

/// Converts the messages of SQS. A message without a receipt cannot be processed: it is logged and skipped, so that it
/// does not block the others. SQS delivers it again, until it becomes a dead letter.
pub(super) fn parse_messages(queue: &str, messages: Vec<Message>) -> Vec<Received> {
    let parsed = messages.into_iter().filter_map(|message| {
        let id = message.message_id.clone();
        let parsed = parse_message(message);
        if parsed.is_none() {
            tracing::error!(
                queue,
                message = id,
                "a message without a receipt was received, which can be neither kept hidden nor deleted; it is skipped"
            );
        }
        parsed
    });
    parsed.collect()
}

/// Converts a message of SQS; `None` without a receipt. Other missing fields get defaults: the receipt as the id, an
/// empty body (which is treated like any other invalid body), and one receive.
fn parse_message(message: Message) -> Option<Received> {
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
    fn incomplete_messages_do_not_block_others() {
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
        let parsed = parse_messages("https://sqs.example.com/email", messages.to_vec());
        let fields: Vec<_> = (parsed.iter())
            .map(|it| (it.id.as_str(), it.body.as_str(), it.receives))
            .collect();
        assert_eq!(fields, [("a", "{}", 3), ("bare", "", 1), ("a", "{}", 1)]);
        assert_eq!(parsed[0].sent_at.timestamp(), 1_773_835_200);
    }
}
