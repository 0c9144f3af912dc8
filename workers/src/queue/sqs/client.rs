//! The client of SQS.

use std::time::Duration;

use aws_sdk_sqs::Client;

use crate::aws;

/// The timeout of one attempt of a call: longer than the maximum wait of a receive.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(30);

/// A client that is configured by the environment, as the AWS SDK does by default: region and credentials from
/// environment variables, profiles or the instance's role, and `AWS_ENDPOINT_URL`. Each call is attempted up to three
/// times.
pub async fn client() -> Client {
    Client::new(&aws::sdk_config_with_timeout(ATTEMPT_TIMEOUT).await)
}
