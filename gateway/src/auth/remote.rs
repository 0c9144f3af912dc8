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

#[cfg(test)]
mod tests {
    use std::sync::{
        Mutex as StdMutex,
        atomic::{AtomicUsize, Ordering},
    };

    use axum::{Router, http::StatusCode, routing::get};
    use futures_util::future::join_all;

    use super::*;
    use crate::auth::LocalIssuer;

    /// An issuer that shows what it is told to, and counts how often it is asked.
    #[derive(Default)]
    struct Issuer {
        shown: StdMutex<Option<String>>,
        asked: AtomicUsize,
    }

    impl Issuer {
        async fn start() -> (Arc<Self>, Url) {
            let issuer = Arc::new(Self::default());
            let shown = Arc::clone(&issuer);
            let answer = async move || {
                shown.asked.fetch_add(1, Ordering::Relaxed);
                let body = shown.shown.lock().unwrap().clone();
                body.ok_or(StatusCode::INTERNAL_SERVER_ERROR)
            };
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            let url = format!("http://{}/keys", listener.local_addr().unwrap());
            let router = Router::new().route("/keys", get(answer));
            tokio::spawn(axum::serve(listener, router).into_future());
            (issuer, url.parse().unwrap())
        }

        /// Shows a new key, and says its id.
        fn rotate(&self) -> String {
            let set = LocalIssuer::generate().unwrap().key_set();
            *self.shown.lock().unwrap() = Some(serde_json::to_string(&set).unwrap());
            set.keys[0].common.key_id.clone().unwrap()
        }
    }

    #[tokio::test]
    async fn keys_are_fetched_once_for_all_and_seldom_for_unknown_ids() {
        let (issuer, url) = Issuer::start().await;
        let id = issuer.rotate();
        let keys = RemoteKeys::new(url).unwrap();
        let found = join_all((0..20).map(|_| keys.find(&id))).await;
        assert!(found.iter().all(Result::is_ok));
        let unknown = join_all((0..20).map(|_| keys.find("unknown"))).await;
        assert!(
            unknown
                .iter()
                .all(|it| matches!(it, Err(Rejection::UnknownKey)))
        );
        assert_eq!(issuer.asked.load(Ordering::Relaxed), 1);
    }

    #[tokio::test]
    async fn new_keys_replace_old_ones_but_failures_do_not() {
        let (issuer, url) = Issuer::start().await;
        let keys = RemoteKeys::new(url).unwrap();
        assert!(matches!(
            keys.find("any").await,
            Err(Rejection::KeysMissing)
        ));
        let first = issuer.rotate();
        keys.refresh(Duration::ZERO).await;
        assert!(keys.find(&first).await.is_ok());
        let second = issuer.rotate();
        keys.refresh(Duration::ZERO).await;
        assert!(keys.find(&second).await.is_ok());
        assert!(matches!(
            keys.find(&first).await,
            Err(Rejection::UnknownKey)
        ));
        for broken in [
            None,
            Some("not JSON".to_owned()),
            Some("{\"keys\": []}".to_owned()),
        ] {
            *issuer.shown.lock().unwrap() = broken;
            keys.refresh(Duration::ZERO).await;
            assert!(keys.find(&second).await.is_ok());
        }
    }
}
