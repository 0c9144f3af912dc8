//! Authentication at RDS and RDS Proxy by IAM: a token is the password.

use anyhow::{Context as _, anyhow};
use coach_domain::clock::{Clock as _, SystemClock};
use coach_workers::aws::{self, rds};
use reqwest::Url;

use crate::settings::Settings;

/// Postgres' port, where the URL names none.
const DEFAULT_PORT: u16 = 5432;

/// Puts a new token into the URLs of the databases, if the settings say so.
///
/// # Errors
///
/// When there are no AWS credentials, or no region.
pub async fn authenticate(settings: &mut Settings) -> anyhow::Result<()> {
    if !settings.uses_database_token() {
        return Ok(());
    }
    let config = aws::sdk_config().await;
    let urls = [&mut settings.database_url, &mut settings.database_read_url];
    for url in urls.into_iter().flatten() {
        let authenticated = with_token(&config, url).await;
        *url = authenticated.context("COACH_DATABASE_AUTH=iam")?;
    }
    Ok(())
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
