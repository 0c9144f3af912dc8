//! Where the queues are.

use std::collections::BTreeMap;

use aws_sdk_sqs::Client;
use coach_domain::queue::{Error, QueueName, Result};
use tokio::sync::OnceCell;

use super::failure::failure;

/// What follows the name of a queue that is first in, first out.
const FIFO: &str = ".fifo";

/// The queues' URLs or names, as they are set. Names become URLs when they are first needed, once.
#[derive(Debug, Default)]
pub struct Addresses(BTreeMap<QueueName, Address>);

#[derive(Debug, Default)]
struct Address {
    given: String,
    place: OnceCell<Place>,
    grave: OnceCell<Place>,
}

/// A queue of SQS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) url: String,
    pub(super) first_in_first_out: bool,
}

impl FromIterator<(QueueName, String)> for Addresses {
    fn from_iter<I: IntoIterator<Item = (QueueName, String)>>(queues: I) -> Self {
        let addresses = queues.into_iter().map(|(queue, given)| {
            let address = Address {
                given,
                ..Address::default()
            };
            (queue, address)
        });
        Self(addresses.collect())
    }
}

impl Addresses {
    pub(super) async fn place(&self, client: &Client, queue: QueueName) -> Result<Place> {
        let address = self.of(queue)?;
        let find = || find(client, &address.given);
        address.place.get_or_try_init(find).await.cloned()
    }

    pub(super) async fn grave(&self, client: &Client, queue: QueueName) -> Result<Place> {
        let address = self.of(queue)?;
        let given = dead(&address.given);
        let find = || find(client, &given);
        address.grave.get_or_try_init(find).await.cloned()
    }

    fn of(&self, queue: QueueName) -> Result<&Address> {
        let missing = || Error::Misconfigured(format!("no URL or name on SQS is set for {queue}"));
        self.0.get(&queue).ok_or_else(missing)
    }
}

/// A queue by its URL, or else by its name.
async fn find(client: &Client, given: &str) -> Result<Place> {
    let url = if given.contains("://") {
        given.to_owned()
    } else {
        let asked = client.get_queue_url().queue_name(given).send().await;
        let answer = asked.map_err(|error| failure(given, &error))?;
        let none = || Error::Unavailable(format!("SQS gave no URL for {given}"));
        answer.queue_url.ok_or_else(none)?
    };
    let first_in_first_out = url.ends_with(FIFO);
    Ok(Place {
        url,
        first_in_first_out,
    })
}

/// The URL or name of the queue for dead letters.
pub(super) fn dead(given: &str) -> String {
    match given.strip_suffix(FIFO) {
        Some(stem) => format!("{stem}-dlq{FIFO}"),
        None => format!("{given}-dlq"),
    }
}

/// Whether a queue is first in, first out, by its URL or name.
pub fn keeps_order(given: &str) -> bool {
    given.ends_with(FIFO)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dead_letters_have_a_queue_beside_their_own() {
        for (given, beside) in [
            ("email", "email-dlq"),
            ("coach-sync.fifo", "coach-sync-dlq.fifo"),
            (
                "https://sqs.eu-west-1.amazonaws.com/123456789012/email",
                "https://sqs.eu-west-1.amazonaws.com/123456789012/email-dlq",
            ),
        ] {
            assert_eq!(dead(given), beside);
        }
    }

    #[test]
    fn a_queue_without_an_address_says_so() {
        let addresses = Addresses::from_iter([(QueueName::Email, "email".to_owned())]);
        assert!(addresses.of(QueueName::Email).is_ok());
        let missing = addresses.of(QueueName::Events).map(|_| ());
        let why = "no URL or name on SQS is set for events".to_owned();
        assert_eq!(missing, Err(Error::Misconfigured(why)));
    }
}
