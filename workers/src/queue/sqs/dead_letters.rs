//! Dead letters, in a queue of their own. SQS cannot list messages, so they are received, which hides them, and
//! released afterwards. Two concurrent operations therefore see a part of them each, and in a FIFO queue a letter may
//! be hidden behind another of its group.

use std::collections::HashSet;

use aws_sdk_sqs::types::{Message, MessageSystemAttributeName as Attribute};
use coach_domain::queue::{
    DeadLetters, Envelope, Error, MAX_BATCH_SIZE, Outgoing, QueueName, Received, Result,
};
use uuid::Uuid;

use super::{SqsQueue, address::keeps_order, receive::parse_messages, scan::Scan};
use crate::queue;

#[async_trait::async_trait]
impl DeadLetters for SqsQueue {
    async fn list_dead_letters(&self, queue: QueueName, limit: usize) -> Result<Vec<Received>> {
        let dead_letter_queue = self.dead_letter_queue(queue).await?;
        let mut scan = Scan::new(self, dead_letter_queue.clone());
        let messages = list(&mut scan, limit).await;
        scan.end().await;
        let mut letters = parse_messages(&dead_letter_queue, messages?);
        letters.sort_by_key(|letter| letter.sent_at);
        Ok(letters)
    }

    async fn redrive(&self, queue: QueueName, only: &[String], limit: usize) -> Result<usize> {
        let target = self.queue(queue).await?;
        let mut scan = Scan::new(self, self.dead_letter_queue(queue).await?);
        let redriven = self.redrive_scanned(&mut scan, &target, only, limit).await;
        scan.end().await;
        redriven
    }

    async fn discard(&self, queue: QueueName, ids: &[String]) -> Result<usize> {
        let mut scan = Scan::new(self, self.dead_letter_queue(queue).await?);
        let discarded = discard_scanned(&mut scan, ids).await;
        scan.end().await;
        discarded
    }
}

async fn list(scan: &mut Scan<'_>, limit: usize) -> Result<Vec<Message>> {
    let mut letters = Vec::new();
    while letters.len() < limit {
        let more = scan.next(limit - letters.len()).await?;
        if more.is_empty() {
            break;
        }
        letters.extend(more);
    }
    Ok(letters)
}

async fn discard_scanned(scan: &mut Scan<'_>, ids: &[String]) -> Result<usize> {
    let mut done = 0;
    while done < ids.len() {
        let letters = scan.next(MAX_BATCH_SIZE).await?;
        if letters.is_empty() {
            break;
        }
        let wanted: Vec<_> = letters
            .iter()
            .map(id)
            .filter(|it| contains(ids, it))
            .collect();
        done += scan.delete(&wanted).await?;
    }
    Ok(done)
}

impl SqsQueue {
    async fn redrive_scanned(
        &self,
        scan: &mut Scan<'_>,
        target: &str,
        only: &[String],
        limit: usize,
    ) -> Result<usize> {
        let (limit, batch_size) = if only.is_empty() {
            (limit, limit)
        } else {
            (limit.min(only.len()), MAX_BATCH_SIZE)
        };
        let (mut done, mut first_error) = (0, None);
        // A consumer may make a letter a dead one again meanwhile: each is redriven once.
        let mut seen = HashSet::new();
        while done < limit {
            let mut letters = scan.next(batch_size.min(MAX_BATCH_SIZE)).await?;
            if letters.is_empty() {
                break;
            }
            letters.retain(|letter| only.is_empty() || contains(only, id(letter)));
            letters.retain(|letter| envelope_id(letter).is_none_or(|id| seen.insert(id)));
            letters.sort_by_key(sent_at);
            letters.truncate(limit - done);
            for letters in batches(&letters) {
                done += self
                    .resend(scan, target, &letters, &mut first_error)
                    .await?;
            }
        }
        // If no letter could be sent, the caller gets the first error. Otherwise the failures were only logged.
        match first_error {
            Some(error) if done == 0 => Err(error),
            _ => Ok(done),
        }
    }

    /// Sends letters to the queue and then deletes them: if the process dies in between there are two of each, which
    /// consumers tolerate. Letters that cannot be sent stay dead letters; `first_error` stores the first failure.
    async fn resend(
        &self,
        scan: &mut Scan<'_>,
        target: &str,
        letters: &[&Message],
        first_error: &mut Option<Error>,
    ) -> Result<usize> {
        let outgoing: Vec<_> = letters
            .iter()
            .map(|letter| outgoing(letter, target))
            .collect();
        let results = self.send_to(target, &outgoing).await?;
        let sent = letters.iter().zip(&results);
        let sent: Vec<_> = sent
            .filter(|(_, result)| result.is_ok())
            .map(|(letter, _)| id(letter))
            .collect();
        let deleted = scan.delete(&sent).await?;
        for (letter, result) in letters.iter().zip(results) {
            if let Err(error) = result {
                let (queue, message) = (target, id(letter));
                tracing::warn!(queue, message, %error, "a dead letter was not redriven; it stays one");
                first_error.get_or_insert(error);
            }
        }
        Ok(deleted)
    }
}

/// Splits letters into batches that the queue accepts.
fn batches(letters: &[Message]) -> Vec<Vec<&Message>> {
    queue::batches(letters, |letter| letter.body().map_or(0, str::len))
}

fn outgoing(letter: &Message, target: &str) -> Outgoing {
    let mut message = Outgoing::new(letter.body().unwrap_or_default());
    if keeps_order(target) {
        let group = letter
            .attributes()
            .and_then(|it| it.get(&Attribute::MessageGroupId));
        message.group = group.cloned();
        // Not the original one: within five minutes SQS would drop the message as a repeated send.
        message.deduplication = Some(format!("redrive-{}", id(letter)));
    }
    message
}

fn id(letter: &Message) -> &str {
    letter.message_id().unwrap_or_default()
}

/// What stays the same when a letter is sent again.
fn envelope_id(letter: &Message) -> Option<Uuid> {
    let envelope: Option<Envelope> = serde_json::from_str(letter.body()?).ok();
    envelope.map(|envelope| envelope.id)
}

fn contains(ids: &[String], id: &str) -> bool {
    ids.iter().any(|it| it == id)
}

/// The time of sending in milliseconds, as text. It can be sorted, as it has the same length for the next 250 years.
fn sent_at(letter: &Message) -> Option<String> {
    letter.attributes()?.get(&Attribute::SentTimestamp).cloned()
}

#[cfg(test)]
mod tests {
    use coach_domain::queue::MAX_BYTES;

    use super::*;

    #[test]
    fn batches_are_filled_up_to_the_limit_of_bytes() {
        let letter = |length| Message::builder().body("a".repeat(length)).build();
        let half = MAX_BYTES / 2;
        let letters = [letter(half), letter(half), letter(1), letter(MAX_BYTES)];
        let lengths: Vec<_> = batches(&letters).iter().map(Vec::len).collect();
        assert_eq!(lengths, [2, 1, 1]);
    }
}
