//! Sends messages.

use aws_sdk_sqs::types::SendMessageBatchRequestEntry;
use coach_domain::queue::{Error, Outgoing, Result};

use super::{
    SqsQueue,
    address::keeps_order,
    error::{call_error, send_error},
    seconds,
};
use crate::{aws, queue::check::check_batch};

impl SqsQueue {
    pub(super) async fn send_to(
        &self,
        queue: &str,
        messages: &[Outgoing],
    ) -> Result<Vec<Result<()>>> {
        let mut results = check_batch(messages, keeps_order(queue));
        let entries = aws::request_entries(&mut results, "SQS", |index| {
            entry(queue, index, &messages[index])
        });
        // If SQS refuses a whole batch because of its content, the batch is split in halves, recursively, so that one
        // bad message does not block the others.
        let mut calls = Vec::from_iter((!entries.is_empty()).then_some(entries));
        while let Some(mut entries) = calls.pop() {
            match self.send_entries(queue, &entries, &mut results).await {
                Err(Error::Refused(why)) if entries.len() == 1 => {
                    let refused = (entries[0].id(), Err(Error::Refused(why)));
                    aws::store_results(&mut results, [refused]);
                }
                Err(Error::Refused(_)) => {
                    calls.push(entries.split_off(entries.len() / 2));
                    calls.push(entries);
                }
                sent => sent?,
            }
        }
        Ok(results)
    }

    async fn send_entries(
        &self,
        queue: &str,
        entries: &[SendMessageBatchRequestEntry],
        results: &mut [Result<()>],
    ) -> Result<()> {
        let response = self
            .client
            .send_message_batch()
            .queue_url(queue)
            .set_entries(Some(entries.to_vec()))
            .send()
            .await
            .map_err(|error| call_error(queue, &error))?;
        let successful = response.successful().iter();
        let successful = successful.map(|entry| (entry.id(), Ok(())));
        let failed = response.failed().iter();
        let failed = failed.map(|entry| (entry.id(), Err(send_error(queue, entry))));
        aws::store_results(results, successful.chain(failed));
        Ok(())
    }
}

fn entry(queue: &str, index: usize, message: &Outgoing) -> Result<SendMessageBatchRequestEntry> {
    let mut entry = SendMessageBatchRequestEntry::builder()
        .id(index.to_string())
        .message_body(&message.body);
    entry = if keeps_order(queue) {
        entry
            .set_message_group_id(message.group.clone())
            .set_message_deduplication_id(message.deduplication.clone())
    } else {
        // Set even if it is zero, since the queue may have a default delay.
        entry.delay_seconds(seconds(message.delay))
    };
    let incomplete = |error: aws_sdk_sqs::error::BuildError| Error::Refused(error.to_string());
    entry.build().map_err(incomplete)
}
