//! How SQS is spoken to.

use std::time::Duration;

use aws_sdk_sqs::Client;

use crate::aws;

/// Longer than the longest wait of a receive. A connection that says nothing for so long is dead.
const ANSWER: Duration = Duration::from_secs(30);

/// A client by the surroundings, as other programs for AWS find them: region and credentials from variables, profiles,
/// or the machine's role; `AWS_ENDPOINT_URL`. Each call is tried three times.
pub async fn client() -> Client {
    Client::new(&aws::surroundings_within(ANSWER).await)
}
