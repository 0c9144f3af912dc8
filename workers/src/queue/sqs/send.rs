//! Sending.

use aws_sdk_sqs::types::SendMessageBatchRequestEntry;
use coach_domain::queue::{Error, Outgoing, Result};

use super::{
    SqsQueue,
    address::Place,
    failure::{failure, unsent},
    seconds,
};
use crate::queue::check::check;

impl SqsQueue {
    pub(super) async fn send_to(
        &self,
        place: &Place,
        messages: &[Outgoing],
    ) -> Result<Vec<Result<()>>> {
        let mut results = check(messages, place.first_in_first_out);
        let mut entries = Vec::new();
        for (at, message) in messages.iter().enumerate() {
            if results[at].is_ok() {
                entries.push(entry(place, at, message)?);
                // Until SQS says otherwise.
                results[at] = Err(Error::Unavailable("SQS does not say".to_owned()));
            }
        }
        if entries.is_empty() {
            return Ok(results);
        }
        let answer = self
            .client
            .send_message_batch()
            .queue_url(&place.url)
            .set_entries(Some(entries))
            .send()
            .await
            .map_err(|error| failure(&place.url, &error))?;
        for entry in answer.successful() {
            if let Some(result) = at(&mut results, entry.id()) {
                *result = Ok(());
            }
        }
        for entry in answer.failed() {
            if let Some(result) = at(&mut results, entry.id()) {
                *result = Err(unsent(&place.url, entry));
            }
        }
        Ok(results)
    }
}

/// Entries are called by their places.
pub(super) fn at<'r>(results: &'r mut [Result<()>], id: &str) -> Option<&'r mut Result<()>> {
    results.get_mut(id.parse::<usize>().ok()?)
}

fn entry(place: &Place, at: usize, message: &Outgoing) -> Result<SendMessageBatchRequestEntry> {
    let mut entry = SendMessageBatchRequestEntry::builder()
        .id(at.to_string())
        .message_body(&message.body);
    entry = if place.first_in_first_out {
        entry
            .set_message_group_id(message.group.clone())
            .set_message_deduplication_id(message.deduplication.clone())
    } else {
        // Said also when there is none, for the queue may have a delay of its own.
        entry.delay_seconds(seconds(message.delay))
    };
    let incomplete = |error: aws_sdk_sqs::error::BuildError| Error::Refused(error.to_string());
    entry.build().map_err(incomplete)
}
