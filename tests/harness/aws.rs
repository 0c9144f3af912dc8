//! Clients of the stand-in for AWS. They ignore this process's environment.

macro_rules! client {
    ($(#[$doc:meta])* $name:ident, $sdk:ident) => {
        $(#[$doc])*
        pub fn $name(endpoint: &str) -> $sdk::Client {
            use $sdk::config::{BehaviorVersion, Config, Credentials, Region};
            let config = Config::builder()
                .behavior_version(BehaviorVersion::v2026_01_12())
                .credentials_provider(Credentials::new("test", "test", None, None, "tests"))
                .endpoint_url(endpoint)
                .region(Region::from_static("us-east-1"));
            $sdk::Client::from_conf(config.build())
        }
    };
}

client! {
    /// A client of SQS at this address.
    sqs, aws_sdk_sqs
}
client! {
    /// A client of SNS at this address.
    sns, aws_sdk_sns
}
