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
            if results[at].is_err() {
                continue;
            }
            match entry(place, at, message) {
                Ok(entry) => {
                    entries.push(entry);
                    // Until SQS says otherwise.
                    results[at] = Err(Error::Unavailable("SQS does not say".to_owned()));
                }
                Err(error) => results[at] = Err(error),
            }
        }
        // Where SQS refuses a whole call for what is in it, each half is sent by itself, and so on: one odd message
        // holds no other.
        let mut calls = Vec::from_iter((!entries.is_empty()).then_some(entries));
        while let Some(mut entries) = calls.pop() {
            match self.send_entries(place, &entries, &mut results).await {
                Err(Error::Refused(why)) if entries.len() == 1 => {
                    if let Some(result) = at(&mut results, entries[0].id()) {
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
        place: &Place,
        entries: &[SendMessageBatchRequestEntry],
        results: &mut [Result<()>],
    ) -> Result<()> {
        let answer = self
            .client
            .send_message_batch()
            .queue_url(&place.url)
            .set_entries(Some(entries.to_vec()))
            .send()
            .await
            .map_err(|error| failure(&place.url, &error))?;
        for entry in answer.successful() {
            if let Some(result) = at(results, entry.id()) {
                *result = Ok(());
            }
        }
        for entry in answer.failed() {
            if let Some(result) = at(results, entry.id()) {
                *result = Err(unsent(&place.url, entry));
            }
        }
        Ok(())
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
