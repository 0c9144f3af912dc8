//! Domain events, published to a topic of Amazon SNS or a compatible service. `docs/EVENTS.md` is the documentation for
//! subscribers.

mod entry;
mod error;
mod limits;

use std::time::Duration;

use aws_sdk_sns::Client;
use coach_domain::queue::{Outgoing, Result};

use entry::Entry;
use error::{classify, classify_look, publish_error};
use limits::check_limits;

use crate::aws;

/// The timeout of one attempt of a call.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(15);

/// The suffix of the names of FIFO topics.
const FIFO_SUFFIX: &str = ".fifo";

/// A client that is configured by the environment, like [that of SQS](crate::queue::sqs::client). Each call is
/// attempted up to three times.
pub async fn client() -> Client {
    Client::new(&aws::sdk_config_with_timeout(ATTEMPT_TIMEOUT).await)
}

/// A topic that events are published to.
#[derive(Clone, Debug)]
pub struct SnsTopic {
    client: Client,
    arn: String,
    keeps_order: bool,
}

impl SnsTopic {
    /// The topic with this ARN. One whose name ends in `.fifo` is FIFO for each member. Makes no call to SNS.
    pub fn new(client: Client, arn: impl Into<String>) -> Self {
        let arn = arn.into();
        let keeps_order = arn.ends_with(FIFO_SUFFIX);
        Self {
            client,
            arn,
            keeps_order,
        }
    }

    /// Whether it is a FIFO topic.
    pub fn keeps_order(&self) -> bool {
        self.keeps_order
    }

    /// Looks whether the topic exists. Changes nothing.
    ///
    /// # Errors
    ///
    /// [`Refused`](coach_domain::queue::Error::Refused) when the credentials may not look, though they may be allowed to
    /// publish; otherwise as [`send`](Self::send).
    pub async fn inspect(&self) -> Result<()> {
        let call = self.client.get_topic_attributes().topic_arn(&self.arn);
        let found = call.send().await;
        found
            .map(drop)
            .map_err(|error| aws::call_error(&self.arn, &error, classify_look))
    }

    /// Publishes at most ten events of at most 256 KiB together. Events beyond these limits fail with
    /// [`Unavailable`](coach_domain::queue::Error::Unavailable), to be sent in another call. Returns a result for each
    /// event, in the same order; after an outer error it is unknown which of them were published.
    ///
    /// # Errors
    ///
    /// Those of [`Queue::send`](coach_domain::queue::Queue::send).
    pub async fn send(&self, messages: &[Outgoing]) -> Result<Vec<Result<()>>> {
        let entries: Vec<_> = messages.iter().map(Entry::from_message).collect();
        let mut results = check_limits(&entries);
        let batch = aws::request_entries(&mut results, "SNS", |index| {
            let entry = entries[index].as_ref().map_err(Clone::clone)?;
            entry.request(index, self.keeps_order)
        });
        if batch.is_empty() {
            return Ok(results);
        }
        let response = self
            .client
            .publish_batch()
            .topic_arn(&self.arn)
            .set_publish_batch_request_entries(Some(batch))
            .send()
            .await
            .map_err(|error| aws::call_error(&self.arn, &error, classify))?;
        let successful = response.successful().iter();
        let successful = successful.filter_map(|entry| Some((entry.id()?, Ok(()))));
        let failed = response.failed().iter();
        let failed = failed.map(|entry| (entry.id(), Err(publish_error(&self.arn, entry))));
        aws::store_results(&mut results, successful.chain(failed));
        Ok(results)
    }
}
