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
use tokio::{sync::Mutex, time::timeout};

/// Credentials are refreshed this long before they expire: longer than any request takes, so that no signed request
/// expires in flight.
const REFRESH_MARGIN: Duration = Duration::from_mins(5);

/// The timeout of a load, for which some sources have none of their own.
const LOAD_TIMEOUT: Duration = Duration::from_secs(15);

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

    /// The cached credentials, or new ones if those expire within [`REFRESH_MARGIN`] and new ones are to be had.
    ///
    /// # Errors
    ///
    /// A message without secrets, when none are configured, or the provider fails.
    pub(crate) async fn get(&self) -> Result<Credentials, String> {
        let mut cached = self.cached.lock().await;
        let now = SystemTime::from(self.clock.now());
        let refresh_before = now + REFRESH_MARGIN;
        let fresh = cached
            .as_ref()
            .filter(|credentials| credentials.expiry().is_none_or(|end| refresh_before < end));
        if let Some(credentials) = fresh {
            return Ok(credentials.clone());
        }
        let failed = |why: &str| format!("AWS credentials cannot be loaded: {why}");
        let provider = self.provider.as_ref();
        let provider = provider.ok_or_else(|| failed("none are configured"))?;
        let why = match timeout(LOAD_TIMEOUT, provider.provide_credentials()).await {
            Ok(Ok(loaded)) => return Ok(cached.insert(loaded).clone()),
            Ok(Err(error)) => error.to_string(),
            Err(_) => format!("no answer within {LOAD_TIMEOUT:?}"),
        };
        let usable = cached
            .as_ref()
            .filter(|credentials| credentials.expiry().is_some_and(|end| now < end));
        usable.cloned().ok_or_else(|| failed(&why))
    }
}

impl fmt::Debug for CachedCredentials {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("CachedCredentials(…)")
    }
}
