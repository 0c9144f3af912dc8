//! The URLs of the queues.

use std::collections::BTreeMap;

use aws_sdk_sqs::Client;
use coach_domain::queue::{Error, QueueName, Result};
use tokio::sync::OnceCell;

use super::error::call_error;

/// The suffix of the names of FIFO queues.
const FIFO_SUFFIX: &str = ".fifo";

/// The configured URLs or names of the queues. Names are resolved to URLs when they are first needed.
#[derive(Debug, Default)]
pub struct Addresses(BTreeMap<QueueName, Address>);

#[derive(Debug, Default)]
struct Address {
    url_or_name: String,
    queue: OnceCell<String>,
    dead_letter_queue: OnceCell<String>,
}

impl FromIterator<(QueueName, String)> for Addresses {
    fn from_iter<I: IntoIterator<Item = (QueueName, String)>>(queues: I) -> Self {
        let addresses = queues.into_iter().map(|(queue, url_or_name)| {
            let address = Address {
                url_or_name,
                ..Address::default()
            };
            (queue, address)
        });
        Self(addresses.collect())
    }
}

impl Addresses {
    /// The URL of a queue.
    pub(super) async fn queue(&self, client: &Client, queue: QueueName) -> Result<String> {
        let address = self.address(queue)?;
        let resolve = || resolve(client, &address.url_or_name);
        address.queue.get_or_try_init(resolve).await.cloned()
    }

    /// The URL of a queue's dead-letter queue.
    pub(super) async fn dead_letter_queue(
        &self,
        client: &Client,
        queue: QueueName,
    ) -> Result<String> {
        let address = self.address(queue)?;
        let url_or_name = dead_letter_queue_of(&address.url_or_name);
        let resolve = || resolve(client, &url_or_name);
        let resolved = address.dead_letter_queue.get_or_try_init(resolve).await;
        resolved.cloned()
    }

    fn address(&self, queue: QueueName) -> Result<&Address> {
        let missing = || Error::Misconfigured(format!("no URL or name on SQS is set for {queue}"));
        self.0.get(&queue).ok_or_else(missing)
    }
}

/// Resolves the URL of a queue, unless it is configured by its URL.
pub(super) async fn resolve(client: &Client, url_or_name: &str) -> Result<String> {
    if url_or_name.contains("://") {
        return Ok(url_or_name.to_owned());
    }
    let response = client.get_queue_url().queue_name(url_or_name).send().await;
    let response = response.map_err(|error| call_error(url_or_name, &error))?;
    required_url(url_or_name, response.queue_url)
}

/// The URL in a response of SQS about the queue `name`.
pub(super) fn required_url(name: &str, url: Option<String>) -> Result<String> {
    url.ok_or_else(|| Error::Unavailable(format!("SQS gave no URL for {name}")))
}

/// The URL or name of the dead-letter queue of a queue.
pub(super) fn dead_letter_queue_of(url_or_name: &str) -> String {
    match url_or_name.strip_suffix(FIFO_SUFFIX) {
        Some(stem) => format!("{stem}-dlq{FIFO_SUFFIX}"),
        None => format!("{url_or_name}-dlq"),
    }
}

/// Whether the queue with this URL or name is a FIFO queue.
pub fn keeps_order(url_or_name: &str) -> bool {
    url_or_name.ends_with(FIFO_SUFFIX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_dead_letter_queue_follows_from_that_of_its_queue() {
        for (queue, dead_letter_queue) in [
            ("email", "email-dlq"),
            ("coach-sync.fifo", "coach-sync-dlq.fifo"),
            (
                "https://sqs.eu-west-1.amazonaws.com/123456789012/email",
                "https://sqs.eu-west-1.amazonaws.com/123456789012/email-dlq",
            ),
        ] {
            assert_eq!(dead_letter_queue_of(queue), dead_letter_queue);
        }
    }

    #[test]
    fn a_queue_without_an_address_is_misconfigured() {
        let addresses = Addresses::from_iter([(QueueName::Email, "email".to_owned())]);
        assert!(addresses.address(QueueName::Email).is_ok());
        let missing = addresses.address(QueueName::Events).map(|_| ());
        let why = "no URL or name on SQS is set for events".to_owned();
        assert_eq!(missing, Err(Error::Misconfigured(why)));
    }
}
