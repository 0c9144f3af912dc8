//! Cached AWS credentials.

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

/// Credentials are refreshed this long before they expire: longer than any request takes, so that no signed request
/// expires in flight.
const REFRESH_MARGIN: Duration = Duration::from_mins(5);

/// Caches the credentials of an [`SdkConfig`], whose provider loads them anew for each call. Concurrent callers share
/// one load.
pub(crate) struct CachedCredentials {
    provider: Option<SharedCredentialsProvider>,
    clock: Arc<dyn Clock>,
    cached: Mutex<Option<Credentials>>,
}

impl CachedCredentials {
    /// The credentials of the provider of `config`.
    pub(crate) fn new(config: &SdkConfig, clock: Arc<dyn Clock>) -> Self {
        Self {
            provider: config.credentials_provider(),
            clock,
            cached: Mutex::default(),
        }
    }

    /// The cached credentials, or new ones if those expire within [`REFRESH_MARGIN`].
    ///
    /// # Errors
    ///
    /// A message without secrets, when none are configured, or the provider fails.
    pub(crate) async fn get(&self) -> Result<Credentials, String> {
        let mut cached = self.cached.lock().await;
        let refresh_before = SystemTime::from(self.clock.now()) + REFRESH_MARGIN;
        let fresh = cached
            .as_ref()
            .filter(|credentials| credentials.expiry().is_none_or(|end| refresh_before < end));
        if let Some(credentials) = fresh {
            return Ok(credentials.clone());
        }
        let failed = |why: &str| format!("AWS credentials cannot be loaded: {why}");
        let provider = self.provider.as_ref();
        let provider = provider.ok_or_else(|| failed("none are configured"))?;
        let loaded = provider.provide_credentials().await;
        let loaded = loaded.map_err(|error| failed(&error.to_string()))?;
        Ok(cached.insert(loaded).clone())
    }
}

impl fmt::Debug for CachedCredentials {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("CachedCredentials(…)")
    }
}
