//! Creates queues, for development and tests. In production they are part of the infrastructure.

use aws_sdk_sqs::{Client, types::QueueAttributeName};
use coach_domain::queue::{DEAD_LETTER_RETENTION, Error, MAX_RECEIVES, Result};
use serde_json::json;

use super::{
    address::{dead_letter_queue_of, keeps_order, required_url},
    error::call_error,
    seconds,
};

/// Creates a queue of this name and its dead-letter queue, unless they exist.
///
/// Messages of both are retained for 14 days, the maximum of SQS, so that none expires during an outage.
///
/// # Errors
///
/// When SQS cannot be reached, or has a queue of this name with other attributes.
pub async fn create(client: &Client, name: &str) -> Result<()> {
    let dead_letter_queue = create_one(client, &dead_letter_queue_of(name), None).await?;
    let response = client
        .get_queue_attributes()
        .queue_url(&dead_letter_queue)
        .attribute_names(QueueAttributeName::QueueArn)
        .send()
        .await
        .map_err(|error| call_error(&dead_letter_queue, &error))?;
    let attributes = response.attributes.unwrap_or_default();
    let Some(target) = attributes.get(&QueueAttributeName::QueueArn) else {
        let message = format!("SQS gave no ARN for {dead_letter_queue}");
        return Err(Error::Unavailable(message));
    };
    // SQS requires the number as a string.
    let max_receives = MAX_RECEIVES.to_string();
    let policy = json!({ "deadLetterTargetArn": target, "maxReceiveCount": max_receives });
    create_one(client, name, Some(policy.to_string())).await?;
    Ok(())
}

/// Creates a queue, and returns its URL.
async fn create_one(client: &Client, name: &str, redrive: Option<String>) -> Result<String> {
    let retention = seconds(DEAD_LETTER_RETENTION).to_string();
    let mut call = client
        .create_queue()
        .queue_name(name)
        .attributes(QueueAttributeName::MessageRetentionPeriod, retention);
    if keeps_order(name) {
        call = call.attributes(QueueAttributeName::FifoQueue, "true");
    }
    if let Some(policy) = redrive {
        call = call.attributes(QueueAttributeName::RedrivePolicy, policy);
    }
    let created = call
        .send()
        .await
        .map_err(|error| call_error(name, &error))?;
    required_url(name, created.queue_url)
}
