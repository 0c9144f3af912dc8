//! Amazon's SQS, or what speaks like it.
//!
//! SQS counts in whole seconds; times are rounded up. It hides nothing for more than twelve hours.

mod address;
mod client;
mod create;
mod dead;
mod failure;
mod receive;
mod send;
mod walk;

use coach_domain::database::Pool;
use std::time::Duration;

use aws_sdk_sqs::{Client, types::QueueAttributeName};
use coach_domain::queue::{Depth, Outgoing, Queue, QueueName, Receipt, Received, Result};

pub use address::{Addresses, keeps_order};
pub use client::client;
pub use create::create;

use super::pause::Pauses;
use address::Place;
use failure::failure;

/// For how long a message is hidden while it is buried.
const BURYING: Duration = Duration::from_secs(30);

/// Queues on SQS.
#[derive(Debug)]
pub struct SqsQueue {
    client: Client,
    addresses: Addresses,
    pub(super) pauses: Pauses,
}

impl SqsQueue {
    /// Queues at their addresses; the database says which are paused. A queue whose name ends in `.fifo` is first in,
    /// first out. Nothing is asked of SQS yet.
    pub fn new(client: Client, addresses: Addresses, database: Pool) -> Self {
        Self {
            client,
            addresses,
            pauses: Pauses::new(database),
        }
    }

    async fn place(&self, queue: QueueName) -> Result<Place> {
        self.addresses.place(&self.client, queue).await
    }

    /// The same for the queue's dead letters.
    async fn grave(&self, queue: QueueName) -> Result<Place> {
        self.addresses.grave(&self.client, queue).await
    }

    /// Messages at a place: ready, in flight, delayed.
    async fn count(&self, place: &Place) -> Result<[u64; 3]> {
        let names = [
            QueueAttributeName::ApproximateNumberOfMessages,
            QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
            QueueAttributeName::ApproximateNumberOfMessagesDelayed,
        ];
        let answer = self
            .client
            .get_queue_attributes()
            .queue_url(&place.url)
            .set_attribute_names(Some(names.to_vec()))
            .send()
            .await
            .map_err(|error| failure(&place.url, &error))?;
        let count = |name| {
            let counts = answer.attributes()?;
            counts.get(&name)?.parse().ok()
        };
        Ok(names.map(|name| count(name).unwrap_or_default()))
    }
}

#[async_trait::async_trait]
impl Queue for SqsQueue {
    async fn send(&self, queue: QueueName, messages: &[Outgoing]) -> Result<Vec<Result<()>>> {
        let place = self.place(queue).await?;
        self.send_to(&place, messages).await
    }

    async fn receive(
        &self,
        queue: QueueName,
        most: usize,
        wait: Duration,
        visibility: Duration,
    ) -> Result<Vec<Received>> {
        self.wait_for(queue, most, wait, visibility).await
    }

    async fn extend(
        &self,
        queue: QueueName,
        receipt: &Receipt,
        visibility: Duration,
    ) -> Result<()> {
        let place = self.place(queue).await?;
        self.hide(&place, receipt, visibility).await
    }

    async fn delete(&self, queue: QueueName, receipts: &[Receipt]) -> Result<Vec<Result<()>>> {
        let place = self.place(queue).await?;
        self.finish(&place, receipts).await
    }

    async fn bury(&self, queue: QueueName, receipt: &Receipt, message: &Outgoing) -> Result<()> {
        // Nobody else has it, or it would be dead and done.
        let place = self.place(queue).await?;
        self.hide(&place, receipt, BURYING).await?;
        // SQS has no call for it. If we end in between there are two, which consumers forgive.
        let grave = self.grave(queue).await?;
        let sent = self.send_to(&grave, std::slice::from_ref(message)).await?;
        sent.into_iter().collect::<Result<()>>()?;
        let deleted = self.finish(&place, std::slice::from_ref(receipt)).await?;
        deleted.into_iter().collect()
    }

    async fn depth(&self, queue: QueueName) -> Result<Depth> {
        let [ready, in_flight, delayed] = self.count(&self.place(queue).await?).await?;
        let dead = self.count(&self.grave(queue).await?).await?;
        Ok(Depth {
            waiting: ready + delayed,
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
