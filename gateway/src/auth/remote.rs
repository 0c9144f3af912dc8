//! The keys of an OIDC issuer, fetched from its address and kept.

use std::{
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use jsonwebtoken::jwk::JwkSet;
use reqwest::{Client, Url};
use tokio::{
    sync::Mutex,
    time::{Instant, sleep},
};

use super::{
    Rejection,
    key_set::{KeySet, PublicKey},
};

/// Between fetches in the background.
const REFRESH: Duration = Duration::from_mins(5);
/// Between fetches at the most, whoever asks: tokens can name keys that there never were.
const LEAST: Duration = Duration::from_secs(10);
/// Between attempts while there are no keys at all.
const RETRY: Duration = Duration::from_secs(1);
const FETCH: Duration = Duration::from_secs(5);

/// The keys that the issuer had when last asked; the last good ones while it does not answer.
pub(super) struct RemoteKeys {
    url: Url,
    client: Client,
    current: RwLock<Option<Arc<KeySet>>>,
    /// When keys were last asked for; held while they are, so that one request is on its way at a time.
    asked: Mutex<Option<Instant>>,
}

impl RemoteKeys {
    /// Begins to fetch, and keeps doing so while somebody has the keys.
    pub(super) fn new(url: Url) -> reqwest::Result<Arc<Self>> {
        let keys = Arc::new(Self {
            url,
            client: Client::builder().timeout(FETCH).build()?,
            current: RwLock::new(None),
            asked: Mutex::new(None),
        });
        let weak = Arc::downgrade(&keys);
        tokio::spawn(async move {
            while let Some(keys) = weak.upgrade() {
                keys.refresh(RETRY).await;
                let pause = if keys.current().is_some() {
                    REFRESH
                } else {
                    RETRY
                };
                drop(keys);
                sleep(pause).await;
            }
        });
        Ok(keys)
    }

    pub(super) fn current(&self) -> Option<Arc<KeySet>> {
        let current = self.current.read();
        current.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The key of this id, asking the issuer again (seldom) when it is not known.
    pub(super) async fn find(&self, id: &str) -> Result<PublicKey, Rejection> {
        let known = self.current();
        if let Some(key) = known.as_ref().and_then(|keys| keys.find(id)) {
            return Ok(key.clone());
        }
        self.refresh(LEAST).await;
        let keys = self.current().ok_or(Rejection::KeysMissing)?;
        keys.find(id).cloned().ok_or(Rejection::UnknownKey)
    }

    /// Fetches the keys, unless that was done within `pause`. Who comes while another fetches waits for the result.
    async fn refresh(&self, pause: Duration) {
        let mut asked = self.asked.lock().await;
        if asked.is_some_and(|asked| asked.elapsed() < pause) {
            return;
        }
        *asked = Some(Instant::now());
        match self.fetch().await {
            Ok(keys) if keys.is_empty() => {
                tracing::warn!(url = %self.url, "the issuer shows no key that can be used");
            }
            Ok(keys) => {
                let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
                *current = Some(Arc::new(keys));
            }
            Err(error) => {
                tracing::warn!(url = %self.url, %error, "fetching the issuer's keys failed");
            }
        }
    }

    async fn fetch(&self) -> reqwest::Result<KeySet> {
        let response = self.client.get(self.url.clone()).send().await?;
        let set: JwkSet = response.error_for_status()?.json().await?;
        Ok(KeySet::new(&set))
    }
}
