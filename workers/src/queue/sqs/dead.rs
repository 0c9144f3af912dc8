//! Dead letters, in a queue of their own. SQS cannot look at messages: it receives them, which hides them for a while,
//! and they are given back afterwards. So two who look at once see a part each, and where the order is kept a letter
//! may stand behind another of its group that is being looked at.

use aws_sdk_sqs::types::{Message, MessageSystemAttributeName as Attribute};
use coach_domain::queue::{
    BATCH, DeadLetters, Error, MAX_BYTES, Outgoing, QueueName, Received, Result,
};

use super::{SqsQueue, address::Place, receive::readable, walk::Walk};

#[async_trait::async_trait]
impl DeadLetters for SqsQueue {
    async fn dead(&self, queue: QueueName, most: usize) -> Result<Vec<Received>> {
        let grave = self.grave(queue).await?;
        let mut walk = Walk::new(self, grave.clone());
        let looked = look(&mut walk, most).await;
        walk.end().await;
        let mut letters = readable(&grave, looked?);
        letters.sort_by_key(|letter| letter.sent_at);
        Ok(letters)
    }

    async fn redrive(&self, queue: QueueName, only: &[String], most: usize) -> Result<usize> {
        let place = self.place(queue).await?;
        let mut walk = Walk::new(self, self.grave(queue).await?);
        let redriven = self.redrive_on(&mut walk, &place, only, most).await;
        walk.end().await;
        redriven
    }

    async fn discard(&self, queue: QueueName, ids: &[String]) -> Result<usize> {
        let mut walk = Walk::new(self, self.grave(queue).await?);
        let discarded = discard_on(&mut walk, ids).await;
        walk.end().await;
        discarded
    }
}

async fn look(walk: &mut Walk<'_>, most: usize) -> Result<Vec<Message>> {
    let mut letters = Vec::new();
    while letters.len() < most {
        let more = walk.next(most - letters.len()).await?;
        if more.is_empty() {
            break;
        }
        letters.extend(more);
    }
    Ok(letters)
}

async fn discard_on(walk: &mut Walk<'_>, ids: &[String]) -> Result<usize> {
    let mut done = 0;
    while done < ids.len() {
        let letters = walk.next(BATCH).await?;
        if letters.is_empty() {
            break;
        }
        let wanted: Vec<_> = letters.iter().map(id).filter(|it| is_of(it, ids)).collect();
        done += walk.delete(&wanted).await?;
    }
    Ok(done)
}

impl SqsQueue {
    async fn redrive_on(
        &self,
        walk: &mut Walk<'_>,
        place: &Place,
        only: &[String],
        most: usize,
    ) -> Result<usize> {
        let (most, at_once) = if only.is_empty() {
            (most, most)
        } else {
            (most.min(only.len()), BATCH)
        };
        let (mut done, mut first) = (0, None);
        while done < most {
            let mut letters = walk.next(at_once.min(BATCH)).await?;
            if letters.is_empty() {
                break;
            }
            letters.retain(|letter| only.is_empty() || is_of(id(letter), only));
            letters.sort_by_key(sent_at);
            letters.truncate(most - done);
            for letters in batches(&letters) {
                done += self.send_again(walk, place, &letters, &mut first).await?;
            }
        }
        // Whoever asked for one that cannot go hears why; beside others that went it was told, and stays.
        match first {
            Some(error) if done == 0 => Err(error),
            _ => Ok(done),
        }
    }

    /// Sends first and deletes then: if we end in between there are two of each, which consumers forgive. What is not
    /// taken stays where it is, and holds no other up; `first` keeps the first reason.
    async fn send_again(
        &self,
        walk: &mut Walk<'_>,
        place: &Place,
        letters: &[&Message],
        first: &mut Option<Error>,
    ) -> Result<usize> {
        let outgoing: Vec<_> = letters
            .iter()
            .map(|letter| outgoing(letter, place))
            .collect();
        let results = self.send_to(place, &outgoing).await?;
        let sent = letters.iter().zip(&results);
        let sent: Vec<_> = sent
            .filter(|(_, result)| result.is_ok())
            .map(|(letter, _)| id(letter))
            .collect();
        let done = walk.delete(&sent).await?;
        for (letter, result) in letters.iter().zip(results) {
            if let Err(error) = result {
                let (queue, message) = (&place.url, id(letter));
                tracing::warn!(queue, message, %error, "a dead letter was not taken again and stays");
                first.get_or_insert(error);
            }
        }
        Ok(done)
    }
}

/// In one call: their number is small enough already.
fn batches(letters: &[Message]) -> Vec<Vec<&Message>> {
    let mut batches: Vec<Vec<&Message>> = Vec::new();
    let mut bytes = 0;
    for letter in letters {
        let length = letter.body().map_or(0, str::len);
        match batches.last_mut() {
            Some(batch) if bytes + length <= MAX_BYTES => {
                bytes += length;
                batch.push(letter);
            }
            _ => {
                bytes = length;
                batches.push(vec![letter]);
            }
        }
    }
    batches
}

fn outgoing(letter: &Message, place: &Place) -> Outgoing {
    let mut message = Outgoing::new(letter.body().unwrap_or_default());
    if place.first_in_first_out {
        let group = letter
            .attributes()
            .and_then(|it| it.get(&Attribute::MessageGroupId));
        message.group = group.cloned();
        // Not the one that it had: within five minutes SQS would take it for a repeated send, and drop it.
        message.deduplication = Some(format!("redrive-{}", id(letter)));
    }
    message
}

fn id(letter: &Message) -> &str {
    letter.message_id().unwrap_or_default()
}

fn is_of(id: &str, ids: &[String]) -> bool {
    ids.iter().any(|it| it == id)
}

/// In milliseconds; text of one length for the next 250 years.
fn sent_at(letter: &Message) -> Option<String> {
    letter.attributes()?.get(&Attribute::SentTimestamp).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_are_as_long_as_a_call_may_be() {
        let letter = |length| Message::builder().body("a".repeat(length)).build();
        let half = MAX_BYTES / 2;
        let letters = [letter(half), letter(half), letter(1), letter(MAX_BYTES)];
        let lengths: Vec<_> = batches(&letters).iter().map(Vec::len).collect();
        assert_eq!(lengths, [2, 1, 1]);
    }
}
