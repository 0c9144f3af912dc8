//! Sends messages.

use aws_sdk_sqs::types::SendMessageBatchRequestEntry;
use coach_domain::queue::{Error, Outgoing, Result};

use super::{
    SqsQueue,
    address::ResolvedQueue,
    error::{call_error, send_error},
    seconds,
};
use crate::queue::check::check_batch;

impl SqsQueue {
    pub(super) async fn send_to(
        &self,
        queue: &ResolvedQueue,
        messages: &[Outgoing],
    ) -> Result<Vec<Result<()>>> {
        let mut results = check_batch(messages, queue.first_in_first_out);
        let mut entries = Vec::new();
        for (index, message) in messages.iter().enumerate() {
            if results[index].is_err() {
                continue;
            }
            match entry(queue, index, message) {
                Ok(entry) => {
                    entries.push(entry);
                    // Replaced when SQS reports a result for the message.
                    let missing = "SQS reported no result".to_owned();
                    results[index] = Err(Error::Unavailable(missing));
                }
                Err(error) => results[index] = Err(error),
            }
        }
        // If SQS refuses a whole batch because of its content, the batch is split in halves, recursively, so that one
        // bad message does not block the others.
        let mut calls = Vec::from_iter((!entries.is_empty()).then_some(entries));
        while let Some(mut entries) = calls.pop() {
            match self.send_entries(queue, &entries, &mut results).await {
                Err(Error::Refused(why)) if entries.len() == 1 => {
                    if let Some(result) = result_mut(&mut results, entries[0].id()) {
                        *result = Err(Error::Refused(why));
                    }
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
        queue: &ResolvedQueue,
        entries: &[SendMessageBatchRequestEntry],
        results: &mut [Result<()>],
    ) -> Result<()> {
        let response = self
            .client
            .send_message_batch()
            .queue_url(&queue.url)
            .set_entries(Some(entries.to_vec()))
            .send()
            .await
            .map_err(|error| call_error(&queue.url, &error))?;
        for entry in response.successful() {
            if let Some(result) = result_mut(results, entry.id()) {
                *result = Ok(());
            }
        }
        for entry in response.failed() {
            if let Some(result) = result_mut(results, entry.id()) {
                *result = Err(send_error(&queue.url, entry));
            }
        }
        Ok(())
    }
}

/// The result of the batch entry with this id, which is the entry's index.
pub(super) fn result_mut<'r>(
    results: &'r mut [Result<()>],
    id: &str,
) -> Option<&'r mut Result<()>> {
    results.get_mut(id.parse::<usize>().ok()?)
}

fn entry(
    queue: &ResolvedQueue,
    index: usize,
    message: &Outgoing,
) -> Result<SendMessageBatchRequestEntry> {
    let mut entry = SendMessageBatchRequestEntry::builder()
        .id(index.to_string())
        .message_body(&message.body);
    entry = if queue.first_in_first_out {
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
