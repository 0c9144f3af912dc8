//! Queues on Amazon SQS, or on a compatible service.
//!
//! SQS has a resolution of whole seconds; durations are rounded up. Its maximum visibility timeout is twelve hours.

mod address;
mod create;
mod dead_letters;
mod error;
mod inspect;
mod receive;
mod scan;
mod send;

use std::time::Duration;

pub use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::QueueAttributeName;
use coach_domain::{
    database::Pool,
    queue::{Depth, Outgoing, Queue, QueueName, Receipt, Received, Result},
};
use tokio::time::Instant;

pub use address::{Addresses, keeps_order};
pub use create::create;
pub use inspect::{DeadLetterQueue, QueueInspection, RedrivePolicy, inspect};

use super::{MAX_WAIT, pause::Pauses};
use crate::aws;
use error::call_error;
use receive::parse_messages;

/// The visibility timeout of a message while it is moved to the dead letters.
const MOVE_VISIBILITY: Duration = Duration::from_secs(30);

/// The timeout of one attempt of a call: longer than the maximum wait of a receive.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(30);

/// A client that is configured by the environment, as the AWS SDK does by default: region and credentials from
/// environment variables, profiles or the instance's role, and `AWS_ENDPOINT_URL`. Each call is attempted up to three
/// times.
pub async fn client() -> Client {
    Client::new(&aws::sdk_config_with_timeout(ATTEMPT_TIMEOUT).await)
}

/// Queues on SQS.
#[derive(Debug)]
pub struct SqsQueue {
    client: Client,
    addresses: Addresses,
    pub(super) pauses: Pauses,
}

impl SqsQueue {
    /// The queues at these addresses; the database stores which are paused. A queue whose name ends in `.fifo` is a
    /// FIFO queue. Makes no call to SQS.
    pub fn new(client: Client, addresses: Addresses, database: Pool) -> Self {
        Self {
            client,
            addresses,
            pauses: Pauses::new(database),
        }
    }

    /// The URL of a queue.
    async fn queue(&self, queue: QueueName) -> Result<String> {
        self.addresses.queue(&self.client, queue).await
    }

    /// The URL of a queue's dead-letter queue.
    async fn dead_letter_queue(&self, queue: QueueName) -> Result<String> {
        self.addresses.dead_letter_queue(&self.client, queue).await
    }

    /// The numbers of messages of the queue with this URL: visible, in flight, delayed.
    async fn count(&self, queue: &str) -> Result<[u64; 3]> {
        let names = [
            QueueAttributeName::ApproximateNumberOfMessages,
            QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
            QueueAttributeName::ApproximateNumberOfMessagesDelayed,
        ];
        let response = self
            .client
            .get_queue_attributes()
            .queue_url(queue)
            .set_attribute_names(Some(names.to_vec()))
            .send()
            .await
            .map_err(|error| call_error(queue, &error))?;
        let count = |name| {
            let counts = response.attributes()?;
            counts.get(&name)?.parse().ok()
        };
        Ok(names.map(|name| count(name).unwrap_or_default()))
    }
}

#[async_trait::async_trait]
impl Queue for SqsQueue {
    fn system(&self) -> &'static str {
        "aws_sqs"
    }

    async fn send(&self, queue: QueueName, messages: &[Outgoing]) -> Result<Vec<Result<()>>> {
        let queue = self.queue(queue).await?;
        self.send_to(&queue, messages).await
    }

    async fn receive(
        &self,
        queue: QueueName,
        limit: usize,
        wait: Duration,
        visibility: Duration,
    ) -> Result<Vec<Received>> {
        let url = self.queue(queue).await?;
        let deadline = Instant::now() + wait.min(MAX_WAIT);
        if !self.pauses.wait_until_running(queue, deadline).await? {
            return Ok(Vec::new());
        }
        // SQS would return several messages of a group at once and count a receive for each, though all but the first
        // have to wait: failures of the first would turn them into dead letters.
        let limit = if keeps_order(&url) {
            limit.min(1)
        } else {
            limit
        };
        let remaining = deadline.saturating_duration_since(Instant::now());
        let messages = self
            .receive_messages(&url, limit, remaining, visibility)
            .await?;
        Ok(parse_messages(&url, messages))
    }

    async fn extend(
        &self,
        queue: QueueName,
        receipt: &Receipt,
        visibility: Duration,
    ) -> Result<()> {
        let queue = self.queue(queue).await?;
        self.change_visibility(&queue, receipt, visibility).await
    }

    async fn delete(&self, queue: QueueName, receipts: &[Receipt]) -> Result<Vec<Result<()>>> {
        let queue = self.queue(queue).await?;
        self.delete_messages(&queue, receipts).await
    }

    async fn move_to_dead_letters(
        &self,
        queue: QueueName,
        receipt: &Receipt,
        message: &Outgoing,
    ) -> Result<()> {
        // Fails if another worker has received the message since: it may be about to succeed.
        let source = self.queue(queue).await?;
        self.change_visibility(&source, receipt, MOVE_VISIBILITY)
            .await?;
        // SQS has no call that moves a message. If the process dies in between there are two, which consumers tolerate.
        let target = self.dead_letter_queue(queue).await?;
        let sent = self.send_to(&target, std::slice::from_ref(message)).await?;
        sent.into_iter().collect::<Result<()>>()?;
        let deleted = self
            .delete_messages(&source, std::slice::from_ref(receipt))
            .await?;
        deleted.into_iter().collect()
    }

    async fn depth(&self, queue: QueueName) -> Result<Depth> {
        let [visible, in_flight, delayed] = self.count(&self.queue(queue).await?).await?;
        let dead = self.count(&self.dead_letter_queue(queue).await?).await?;
        Ok(Depth {
            waiting: visible + delayed,
            in_flight,
            oldest: None,
            dead: dead.iter().sum(),
        })
    }
}

/// Whole seconds, rounded up.
fn seconds(duration: Duration) -> i32 {
    let seconds = duration.as_secs() + u64::from(duration.subsec_nanos() > 0);
    i32::try_from(seconds).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_rounded_up() {
        for (milliseconds, whole) in [(0, 0), (1, 1), (1_000, 1), (1_001, 2)] {
            assert_eq!(seconds(Duration::from_millis(milliseconds)), whole);
        }
    }
}
