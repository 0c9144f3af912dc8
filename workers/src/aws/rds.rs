//! Passwords for RDS and RDS Proxy by IAM.

use std::time::{Duration, SystemTime};

use aws_config::SdkConfig;
use aws_credential_types::{Credentials, provider::ProvideCredentials as _};
use aws_sigv4::http_request::{SignableBody, SignableRequest, SignatureLocation, SigningSettings};
use reqwest::Url;

use super::signature::{Scope, sign};

/// How long a token can be used to connect; connections stay open beyond that.
const LIFETIME: Duration = Duration::from_mins(15);

/// A token that counts as the password of `user` at the server on `host` and `port` for 15 minutes from `now`: a presigned
/// URL, without its scheme. No call is made but for the credentials.
/// <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.Connecting.html>
///
/// # Errors
///
/// A message without secrets, when there is no region, or there are no credentials.
pub async fn database_token(
    config: &SdkConfig,
    host: &str,
    port: u16,
    user: &str,
    now: SystemTime,
) -> Result<String, String> {
    let region = config
        .region()
        .ok_or("there is no region: set AWS_REGION")?;
    let provider = config.credentials_provider();
    let provider = provider.ok_or("there are no AWS credentials")?;
    let credentials = provider.provide_credentials().await;
    let credentials = credentials.map_err(|error| error.to_string())?;
    let url = Url::parse_with_params(
        &format!("https://{host}:{port}/"),
        [("Action", "connect"), ("DBUser", user)],
    );
    let url = url.map_err(|error| error.to_string())?;
    presign(url, credentials, region.as_ref(), now)
}

fn presign(
    mut url: Url,
    credentials: Credentials,
    region: &str,
    now: SystemTime,
) -> Result<String, String> {
    let mut settings = SigningSettings::default();
    settings.expires_in = Some(LIFETIME);
    settings.signature_location = SignatureLocation::QueryParams;
    let scope = Scope {
        region,
        service: "rds-db",
        time: now,
    };
    let no_headers = std::iter::empty();
    let request = SignableRequest::new("GET", url.as_str(), no_headers, SignableBody::empty());
    let request = request.map_err(|error| error.to_string())?;
    let (_, query) = sign(request, credentials, &scope, settings)?.into_parts();
    url.query_pairs_mut().extend_pairs(query);
    Ok(url.as_str().trim_start_matches("https://").to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What botocore's `generate_db_auth_token` makes of the same.
    #[test]
    fn the_token_is_that_of_other_clients_of_aws() {
        let url = "https://db.example.com:5432/?Action=connect&DBUser=coach";
        let credentials = Credentials::new(
            "AKIDEXAMPLE",
            "secret/example+key",
            Some("a/session=".to_owned()),
            None,
            "test",
        );
        let now = SystemTime::from(chrono::DateTime::from_timestamp(1_795_867_200, 0).unwrap());
        let token = presign(url.parse().unwrap(), credentials, "eu-central-1", now);
        // The order of the parameters does not count.
        let sorted = |token: &str| {
            let mut parts: Vec<_> = token.split('&').map(str::to_owned).collect();
            parts.sort();
            parts
        };
        let expected = include_str!("rds_token.txt").trim_end();
        assert_eq!(sorted(&token.unwrap()), sorted(expected));
    }
}
