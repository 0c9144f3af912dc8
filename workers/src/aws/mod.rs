//! Shared code of the clients of AWS.

mod batch;
mod credentials;
pub mod rds;
pub(crate) mod signature;

pub(crate) use batch::{request_entries, store_results};
pub(crate) use credentials::CachedCredentials;

use std::time::Duration;

pub use aws_config::SdkConfig;
use aws_config::{BehaviorVersion, ConfigLoader, timeout::TimeoutConfig};
use aws_sdk_sqs::error::{ProvideErrorMetadata, SdkError};
use coach_domain::queue;

/// The AWS configuration of the environment, with the SDK's defaults: region and credentials from environment
/// variables, profiles or the instance's role, and `AWS_ENDPOINT_URL`.
pub async fn sdk_config() -> SdkConfig {
    defaults().load().await
}

/// [`sdk_config`] with a limit on each attempt of a call. The SDK makes up to three attempts.
pub(crate) async fn sdk_config_with_timeout(attempt_timeout: Duration) -> SdkConfig {
    let timeouts = TimeoutConfig::builder()
        .operation_attempt_timeout(attempt_timeout)
        .build();
    defaults().timeout_config(timeouts).load().await
}

fn defaults() -> ConfigLoader {
    aws_config::defaults(BehaviorVersion::v2026_01_12())
}

/// The error of a call to the queue or topic `name`. `classify` interprets the service's code and message.
pub(crate) fn call_error<E>(
    name: &str,
    error: &SdkError<E>,
    classify: fn(name: &str, code: &str, message: &str) -> queue::Error,
) -> queue::Error
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    let Some(service_error) = error.as_service_error() else {
        // No valid response: no connection, no credentials yet, a timeout, or an unexpected format.
        return queue::Error::Unavailable(error_chain(error));
    };
    let code = service_error.code().unwrap_or_default();
    classify(name, code, service_error.message().unwrap_or(code))
}

/// The messages of an error and of its causes, which the SDK's errors do not show themselves.
fn error_chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
