//! Making the queues, for development and tests. In production they come with the rest of the cloud.

use aws_sdk_sqs::{Client, types::QueueAttributeName};
use coach_domain::queue::{DEAD_FOR, Error, MAX_RECEIVES, Result};
use serde_json::json;

use super::{
    address::{dead, keeps_order},
    failure::failure,
    seconds,
};

/// Creates a queue of this name with the queue for its dead letters. Nothing happens where they are there already, as
/// they should be.
///
/// Live messages too are kept as long as SQS can, 14 days: after an outage none has expired.
///
/// # Errors
///
/// When SQS does not answer, or has a queue of this name with other attributes.
pub async fn create(client: &Client, name: &str) -> Result<()> {
    let grave = create_one(client, &dead(name), None).await?;
    let asked = client
        .get_queue_attributes()
        .queue_url(&grave)
        .attribute_names(QueueAttributeName::QueueArn)
        .send()
        .await
        .map_err(|error| failure(&grave, &error))?;
    let attributes = asked.attributes.unwrap_or_default();
    let Some(target) = attributes.get(&QueueAttributeName::QueueArn) else {
        return Err(Error::Unavailable(format!("SQS gave no ARN for {grave}")));
    };
    // As text: so SQS wants the number.
    let most = MAX_RECEIVES.to_string();
    let policy = json!({ "deadLetterTargetArn": target, "maxReceiveCount": most });
    create_one(client, name, Some(policy.to_string())).await?;
    Ok(())
}

async fn create_one(client: &Client, name: &str, redrive: Option<String>) -> Result<String> {
    let retention = seconds(DEAD_FOR).to_string();
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
    let created = call.send().await.map_err(|error| failure(name, &error))?;
    let none = || Error::Unavailable(format!("SQS gave no URL for {name}"));
    created.queue_url.ok_or_else(none)
}
