//! Domain events, published to a topic of Amazon's SNS, or what speaks like it. `docs/EVENTS.md` says what subscribers
//! see.

mod entry;
mod failure;
mod fit;

use std::time::Duration;

use aws_sdk_sns::Client;
use coach_domain::queue::{Error, Outgoing, Result};

use entry::Entry;
use failure::{failure, unsent};
use fit::fit;

use crate::aws;

/// A connection that says nothing for so long is dead.
const ANSWER: Duration = Duration::from_secs(15);

/// What follows the name of a topic that is first in, first out.
const FIFO: &str = ".fifo";

/// A client by the surroundings, as that of the queues: region and credentials from variables, profiles, or the
/// machine's role; `AWS_ENDPOINT_URL`. Each call is tried three times.
pub async fn client() -> Client {
    Client::new(&aws::surroundings_within(ANSWER).await)
}

/// A topic that events are published to.
#[derive(Clone, Debug)]
pub struct SnsTopic {
    client: Client,
    arn: String,
    keeps_order: bool,
}

impl SnsTopic {
    /// The topic with this ARN. One whose name ends in `.fifo` is first in, first out for each member. Nothing is asked
    /// of SNS yet.
    pub fn new(client: Client, arn: impl Into<String>) -> Self {
        let arn = arn.into();
        let keeps_order = arn.ends_with(FIFO);
        Self {
            client,
            arn,
            keeps_order,
        }
    }

    /// Whether it is first in, first out.
    pub fn keeps_order(&self) -> bool {
        self.keeps_order
    }

    /// Publishes at most ten events that are together at most 256 KiB long; those beyond that are
    /// [`Error::Unavailable`], for another call. Each succeeds or fails for itself, in the order given; an outer error
    /// means that it is unknown of all of them.
    ///
    /// # Errors
    ///
    /// As [`Queue::send`](coach_domain::queue::Queue::send).
    pub async fn send(&self, messages: &[Outgoing]) -> Result<Vec<Result<()>>> {
        let entries: Vec<_> = messages.iter().map(Entry::read).collect();
        let mut results = fit(&entries);
        let mut batch = Vec::new();
        for (at, entry) in entries.iter().enumerate() {
            if let (Ok(entry), Ok(())) = (entry, &results[at]) {
                match entry.request(at, self.keeps_order) {
                    Ok(request) => {
                        batch.push(request);
                        // Until SNS says otherwise.
                        results[at] = Err(Error::Unavailable("SNS does not say".to_owned()));
                    }
                    Err(error) => results[at] = Err(error),
                }
            }
        }
        if batch.is_empty() {
            return Ok(results);
        }
        let answer = self
            .client
            .publish_batch()
            .topic_arn(&self.arn)
            .set_publish_batch_request_entries(Some(batch))
            .send()
            .await
            .map_err(|error| failure(&self.arn, &error))?;
        for entry in answer.successful() {
            if let Some(result) = at(&mut results, entry.id()) {
                *result = Ok(());
            }
        }
        for entry in answer.failed() {
            if let Some(result) = at(&mut results, Some(entry.id())) {
                *result = Err(unsent(&self.arn, entry));
            }
        }
        Ok(results)
    }
}

/// Entries are called by their places.
fn at<'r>(results: &'r mut [Result<()>], id: Option<&str>) -> Option<&'r mut Result<()>> {
    results.get_mut(id?.parse::<usize>().ok()?)
}
