//! What the parts that talk to Amazon share.

mod credentials;

pub(crate) use credentials::CachedCredentials;

use std::time::Duration;

use aws_config::{BehaviorVersion, ConfigLoader, SdkConfig, timeout::TimeoutConfig};

/// What the surroundings say, as other programs for AWS find it: region and credentials from variables, profiles, or
/// the machine's role; `AWS_ENDPOINT_URL`.
pub async fn surroundings() -> SdkConfig {
    defaults().load().await
}

/// As [`surroundings`], where a connection that says nothing for so long is dead. Each call is tried three times.
pub(crate) async fn surroundings_within(answer: Duration) -> SdkConfig {
    let times = TimeoutConfig::builder()
        .operation_attempt_timeout(answer)
        .build();
    defaults().timeout_config(times).load().await
}

fn defaults() -> ConfigLoader {
    aws_config::defaults(BehaviorVersion::v2026_01_12())
}

/// An error with its causes, which the SDK does not show by itself.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
