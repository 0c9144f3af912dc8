//! What the parts that talk to Amazon share.

mod credentials;

pub(crate) use credentials::CachedCredentials;

use aws_config::{BehaviorVersion, SdkConfig};

/// What the surroundings say, as other programs for AWS find it: region and credentials from variables, profiles, or
/// the machine's role; `AWS_ENDPOINT_URL`.
pub async fn surroundings() -> SdkConfig {
    aws_config::defaults(BehaviorVersion::v2026_01_12())
        .load()
        .await
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
