//! Looks at what decides about messages that nobody can process: the redrive policy and the queue of dead letters.

use std::{collections::HashMap, time::Duration};

use aws_sdk_sqs::{Client, types::QueueAttributeName};
use coach_domain::queue::{Error, Result};
use serde_json::Value;

use super::{
    address::{dead_letter_queue_of, resolve},
    error::call_error,
};

/// A queue, as SQS describes it.
#[derive(Clone, Debug)]
pub struct QueueInspection {
    /// The URL.
    pub url: String,
    /// How long messages are kept.
    pub retention: Duration,
    /// The visibility timeout of receives that set none.
    pub visibility: Duration,
    /// When and where SQS moves dead letters, if it does.
    pub redrive: Option<RedrivePolicy>,
    /// The name or URL of the queue in which this service looks for dead letters.
    pub dead_letter_name: String,
    /// That queue.
    pub dead_letter_queue: Result<DeadLetterQueue>,
}

/// A redrive policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RedrivePolicy {
    /// The ARN of the queue that dead letters are moved to.
    pub target: String,
    /// After how many receives.
    pub max_receives: u32,
}

/// A queue of dead letters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetterQueue {
    /// The URL.
    pub url: String,
    /// The ARN.
    pub arn: String,
    /// How long letters are kept, from when they were first sent.
    pub retention: Duration,
}

/// Looks at the queue with this URL or name, and at its queue of dead letters. Changes neither.
///
/// # Errors
///
/// When the queue does not exist, or SQS cannot be reached or denies access. The same for the queue of dead letters is in
/// [`QueueInspection::dead_letter_queue`].
pub async fn inspect(client: &Client, url_or_name: &str) -> Result<QueueInspection> {
    let url = resolve(client, url_or_name).await?;
    let attributes = attributes(client, &url).await?;
    let dead_letter_name = dead_letter_queue_of(url_or_name);
    let redrive = attributes.get(&QueueAttributeName::RedrivePolicy);
    Ok(QueueInspection {
        retention: seconds(&attributes, &QueueAttributeName::MessageRetentionPeriod),
        visibility: seconds(&attributes, &QueueAttributeName::VisibilityTimeout),
        redrive: redrive.and_then(|policy| parse_policy(policy)),
        dead_letter_queue: dead_letter_queue(client, &dead_letter_name).await,
        dead_letter_name,
        url,
    })
}

async fn dead_letter_queue(client: &Client, url_or_name: &str) -> Result<DeadLetterQueue> {
    let url = resolve(client, url_or_name).await?;
    let attributes = attributes(client, &url).await?;
    let arn = attributes.get(&QueueAttributeName::QueueArn).cloned();
    let arn = arn.ok_or_else(|| Error::Unavailable(format!("SQS gave no ARN for {url}")))?;
    let retention = seconds(&attributes, &QueueAttributeName::MessageRetentionPeriod);
    Ok(DeadLetterQueue {
        url,
        arn,
        retention,
    })
}

type Attributes = HashMap<QueueAttributeName, String>;

async fn attributes(client: &Client, url: &str) -> Result<Attributes> {
    let response = client
        .get_queue_attributes()
        .queue_url(url)
        .attribute_names(QueueAttributeName::All)
        .send()
        .await
        .map_err(|error| call_error(url, &error))?;
    Ok(response.attributes.unwrap_or_default())
}

fn seconds(attributes: &Attributes, name: &QueueAttributeName) -> Duration {
    let seconds = attributes.get(name).and_then(|text| text.parse().ok());
    Duration::from_secs(seconds.unwrap_or_default())
}

/// The number is text or a number, depending on who has set it.
fn parse_policy(text: &str) -> Option<RedrivePolicy> {
    let policy: Value = serde_json::from_str(text).ok()?;
    let count = &policy["maxReceiveCount"];
    let max_receives = count
        .as_u64()
        .and_then(|count| u32::try_from(count).ok())
        .or_else(|| count.as_str()?.parse().ok())?;
    Some(RedrivePolicy {
        target: policy["deadLetterTargetArn"].as_str()?.to_owned(),
        max_receives,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_receives_is_text_or_a_number() {
        for number in ["5", "\"5\""] {
            let text = format!(r#"{{"deadLetterTargetArn":"arn:a","maxReceiveCount":{number}}}"#);
            let policy = parse_policy(&text).expect("a policy");
            assert_eq!((&*policy.target, policy.max_receives), ("arn:a", 5));
        }
        assert_eq!(parse_policy("{}"), None);
    }
}
