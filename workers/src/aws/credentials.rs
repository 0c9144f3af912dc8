//! Credentials, asked for once for as long as they last.

use std::{
    fmt,
    sync::Arc,
    time::{Duration, SystemTime},
};

use aws_config::SdkConfig;
use aws_credential_types::{
    Credentials,
    provider::{ProvideCredentials as _, SharedCredentialsProvider},
};
use coach_domain::clock::Clock;
use tokio::sync::Mutex;

/// How long before their end they are renewed: no request takes longer.
const EARLY: Duration = Duration::from_mins(5);

/// Why there are no credentials. The text holds nothing of them.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there are no AWS credentials: {0}")]
pub(crate) struct NoCredentials(String);

/// The credentials of an `SdkConfig`, whose provider asks anew each time; one caller asks for all.
pub(crate) struct CachedCredentials {
    provider: Option<SharedCredentialsProvider>,
    clock: Arc<dyn Clock>,
    cached: Mutex<Option<Credentials>>,
}

impl CachedCredentials {
    /// Those that `config` finds.
    pub(crate) fn new(config: &SdkConfig, clock: Arc<dyn Clock>) -> Self {
        let provider = config.credentials_provider();
        let cached = Mutex::default();
        Self {
            provider,
            clock,
            cached,
        }
    }

    /// Credentials that last for some minutes yet.
    ///
    /// # Errors
    ///
    /// When there are none at the moment.
    pub(crate) async fn get(&self) -> Result<Credentials, NoCredentials> {
        let mut cached = self.cached.lock().await;
        let soon = SystemTime::from(self.clock.now()) + EARLY;
        let lasting = cached
            .as_ref()
            .filter(|found| found.expiry().is_none_or(|end| soon < end));
        if let Some(found) = lasting {
            return Ok(found.clone());
        }
        let missing = || NoCredentials("none are configured".to_owned());
        let provider = self.provider.as_ref().ok_or_else(missing)?;
        let found = provider.provide_credentials().await;
        let found = found.map_err(|error| NoCredentials(error.to_string()))?;
        Ok(cached.insert(found).clone())
    }
}

impl fmt::Debug for CachedCredentials {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("CachedCredentials(…)")
    }
}
