//! Authentication at RDS and RDS Proxy by IAM: a token is the password.

use std::time::Duration;

use anyhow::{Context as _, anyhow};
use coach_domain::clock::{Clock as _, SystemClock};
use coach_workers::aws::{self, rds};
use reqwest::Url;
use tokio::time::timeout;

use crate::settings::Settings;

/// Postgres' port, where the URL names none.
const DEFAULT_PORT: u16 = 5432;

/// The timeout for AWS credentials, some sources of which have none of their own.
const TIMEOUT: Duration = Duration::from_secs(15);

/// Puts a new token into the URLs of the databases, if the settings say so.
///
/// # Errors
///
/// When there are no AWS credentials, or no region, or AWS does not give the credentials within 15 seconds.
pub async fn authenticate(settings: &mut Settings) -> anyhow::Result<()> {
    if !settings.uses_database_token() {
        return Ok(());
    }
    let urls = [&mut settings.database_url, &mut settings.database_read_url];
    let authenticated = timeout(TIMEOUT, async {
        let config = aws::sdk_config().await;
        for url in urls.into_iter().flatten() {
            *url = with_token(&config, url).await?;
        }
        Ok(())
    });
    let authenticated = authenticated
        .await
        .unwrap_or_else(|_| Err(anyhow!("AWS has given no credentials within {TIMEOUT:?}")));
    authenticated.context("COACH_DATABASE_AUTH=iam")
}

async fn with_token(config: &aws::SdkConfig, url: &str) -> anyhow::Result<String> {
    let mut url = Url::parse(url)?;
    let host = url.host_str().unwrap_or_default().to_owned();
    let port = url.port().unwrap_or(DEFAULT_PORT);
    let now = SystemClock.now().into();
    let token = rds::database_token(config, &host, port, url.username(), now).await;
    let token = token.map_err(|error| anyhow!(error))?;
    // All that is special in a URL is encoded but for the percent sign.
    let set = url.set_password(Some(&token.replace('%', "%25")));
    set.map_err(|()| anyhow!("the URL of the database takes no password"))?;
    Ok(url.into())
}
