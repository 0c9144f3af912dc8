//! The keys of an OIDC issuer, fetched from its JWKS URL and cached.

use std::{
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use reqwest::{Client, Url};
use tokio::{
    sync::Mutex,
    time::{Instant, sleep, sleep_until},
};

use super::{
    AuthError, SUPPORTED_ALGORITHMS,
    key_set::{KeySet, PublicKey},
    token::TokenHeader,
};

/// The interval of background refreshes: for so long, a key that the issuer has removed still counts.
const REFRESH_INTERVAL: Duration = Duration::from_mins(1);
/// The minimum time between two fetches on demand. Tokens with made-up key ids must not cause more; they wait for it, as
/// does one whose key the issuer has just begun to use.
const MIN_REFETCH_INTERVAL: Duration = Duration::from_secs(1);
/// The interval of attempts while there are no keys at all.
const RETRY_INTERVAL: Duration = Duration::from_secs(1);
/// The time limit for the issuer's response.
const FETCH_TIMEOUT: Duration = Duration::from_secs(5);

/// The keys of the latest successful fetch.
pub(super) struct RemoteKeys {
    url: Url,
    client: Client,
    current: RwLock<Option<Arc<KeySet>>>,
    /// The latest attempt. Locked during a fetch, so that there is one at a time.
    last_attempt: Mutex<Option<Attempt>>,
    /// The unsupported keys that were last logged.
    logged_unsupported: RwLock<String>,
}

/// A completed attempt to fetch the keys.
#[derive(Clone, Copy)]
struct Attempt {
    began_at: Instant,
    /// The end rather than the start: the callers that waited for a slow attempt must not retry one after the other.
    ended_at: Instant,
    succeeded: bool,
}

/// Why a fetch failed.
#[derive(Debug, thiserror::Error)]
enum FetchError {
    #[error(transparent)]
    Http(#[from] reqwest::Error),
    #[error("it is no set of keys: {0}")]
    Malformed(#[from] serde_json::Error),
    #[error("it has no key that can be used")]
    Empty,
}

impl RemoteKeys {
    /// Starts to fetch in the background, until the returned value is dropped.
    pub(super) fn new(url: Url) -> reqwest::Result<Arc<Self>> {
        let keys = Arc::new(Self {
            url,
            client: Client::builder().timeout(FETCH_TIMEOUT).build()?,
            current: RwLock::new(None),
            last_attempt: Mutex::new(None),
            logged_unsupported: RwLock::default(),
        });
        let weak = Arc::downgrade(&keys);
        tokio::spawn(async move {
            while let Some(keys) = weak.upgrade() {
                keys.refresh(RETRY_INTERVAL).await;
                let interval = if keys.current().is_some() {
                    REFRESH_INTERVAL
                } else {
                    RETRY_INTERVAL
                };
                drop(keys);
                sleep(interval).await;
            }
        });
        Ok(keys)
    }

    /// The cached keys; `None` until the first successful fetch.
    pub(super) fn current(&self) -> Option<Arc<KeySet>> {
        let current = self.current.read();
        current.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Finds the key to verify a token with. If it is not cached, the keys are fetched again, at most once a second. The
    /// key is only reported as unknown if a fetch succeeded that began after this call.
    pub(super) async fn find(&self, token_header: &TokenHeader) -> Result<PublicKey, AuthError> {
        if let Some(keys) = self.current() {
            match keys.find(token_header) {
                Err(AuthError::UnknownKey | AuthError::NoKeyId) => {}
                known => return known.cloned(),
            }
        }
        let fetched = self.refetch().await;
        let keys = self.current().ok_or(AuthError::KeysUnavailable)?;
        match keys.find(token_header) {
            Err(AuthError::UnknownKey | AuthError::NoKeyId) if !fetched => {
                Err(AuthError::KeysUnavailable)
            }
            found => found.cloned(),
        }
    }

    /// Fetches the keys, unless the latest attempt ended less than `min_interval` ago. Returns whether the latest
    /// attempt succeeded. Concurrent callers wait for the same attempt.
    async fn refresh(&self, min_interval: Duration) -> bool {
        let mut last_attempt = self.last_attempt.lock().await;
        if let Some(last) = last_attempt.filter(|last| last.ended_at.elapsed() < min_interval) {
            return last.succeeded;
        }
        self.attempt(&mut last_attempt).await
    }

    /// Fetches the keys as of now, once the latest attempt is long enough ago; not if that failed a moment ago. Returns
    /// whether the latest attempt succeeded. Concurrent callers wait for the same attempt.
    async fn refetch(&self) -> bool {
        let asked_at = Instant::now();
        let mut last_attempt = self.last_attempt.lock().await;
        if let Some(last) = *last_attempt {
            let next = last.ended_at + MIN_REFETCH_INTERVAL;
            if last.began_at >= asked_at || !last.succeeded && Instant::now() < next {
                return last.succeeded;
            }
            sleep_until(next).await;
        }
        self.attempt(&mut last_attempt).await
    }

    async fn attempt(&self, last_attempt: &mut Option<Attempt>) -> bool {
        let began_at = Instant::now();
        let fetched = self.fetch().await;
        let succeeded = fetched.is_ok();
        match fetched {
            Ok(keys) => {
                let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
                *current = Some(Arc::new(keys));
            }
            Err(error) => {
                tracing::warn!(url = %self.url, %error, "fetching the issuer's keys failed");
            }
        }
        *last_attempt = Some(Attempt {
            began_at,
            ended_at: Instant::now(),
            succeeded,
        });
        succeeded
    }

    async fn fetch(&self) -> Result<KeySet, FetchError> {
        let response = self.client.get(self.url.clone()).send().await?;
        let keys = KeySet::parse(&response.error_for_status()?.bytes().await?)?;
        self.log_unsupported_keys(&keys);
        if keys.is_empty() {
            return Err(FetchError::Empty);
        }
        Ok(keys)
    }

    /// Logs the unsupported keys of the issuer when they change.
    fn log_unsupported_keys(&self, keys: &KeySet) {
        let unsupported = keys.unsupported();
        let mut logged_unsupported = self
            .logged_unsupported
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        if *logged_unsupported == unsupported {
            return;
        }
        if !unsupported.is_empty() {
            tracing::warn!(
                url = %self.url,
                keys = unsupported,
                "tokens that these keys of the issuer sign are not taken; supported are {SUPPORTED_ALGORITHMS}"
            );
        }
        *logged_unsupported = unsupported;
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

    /// An issuer with a configurable response, which counts requests.
    #[derive(Default)]
    struct Issuer {
        response: StdMutex<Option<String>>,
        requests: AtomicUsize,
    }

    impl Issuer {
        async fn start() -> (Arc<Self>, Url) {
            let issuer = Arc::new(Self::default());
            let shared = Arc::clone(&issuer);
            let respond = async move || {
                shared.requests.fetch_add(1, Ordering::Relaxed);
                let body = shared.response.lock().unwrap().clone();
                body.ok_or(StatusCode::INTERNAL_SERVER_ERROR)
            };
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            let url = format!("http://{}/keys", listener.local_addr().unwrap());
            let router = Router::new().route("/keys", get(respond));
            tokio::spawn(axum::serve(listener, router).into_future());
            (issuer, url.parse().unwrap())
        }

        /// Responds with a new key from now on. Returns its id.
        fn rotate(&self) -> String {
            let set = LocalIssuer::generate().unwrap().key_set();
            *self.response.lock().unwrap() = Some(serde_json::to_string(&set).unwrap());
            set.keys[0].common.key_id.clone().unwrap()
        }
    }

    fn token_header(id: &str) -> TokenHeader {
        TokenHeader {
            key_id: Some(id.to_owned()),
            algorithm: jsonwebtoken::Algorithm::EdDSA,
        }
    }

    #[tokio::test]
    async fn keys_are_fetched_once_for_concurrent_lookups_and_rarely_for_unknown_ids() {
        let (issuer, url) = Issuer::start().await;
        let id = issuer.rotate();
        let started_at = Instant::now();
        let keys = RemoteKeys::new(url).unwrap();
        let (known, unknown) = (token_header(&id), token_header("unknown"));
        let found = join_all((0..20).map(|_| keys.find(&known))).await;
        assert!(found.iter().all(Result::is_ok));
        let unknown = join_all((0..20).map(|_| keys.find(&unknown))).await;
        assert!(
            unknown
                .iter()
                .all(|it| matches!(it, Err(AuthError::UnknownKey)))
        );
        // Twice, unless the test took so long that background fetches are due.
        let max_requests = 2 + started_at.elapsed().as_millis() / RETRY_INTERVAL.as_millis();
        let requests = issuer.requests.load(Ordering::Relaxed);
        assert!(
            (1..=max_requests).contains(&(requests as u128)),
            "{requests} of {max_requests}"
        );
    }

    #[tokio::test]
    async fn a_key_that_is_used_right_after_a_fetch_is_found() {
        let (issuer, url) = Issuer::start().await;
        let first = token_header(&issuer.rotate());
        let keys = RemoteKeys::new(url).unwrap();
        assert!(keys.find(&first).await.is_ok());
        for _ in 0..2 {
            let next = token_header(&issuer.rotate());
            let found = join_all((0..5).map(|_| keys.find(&next))).await;
            assert!(found.iter().all(Result::is_ok));
        }
    }

    #[tokio::test]
    async fn new_keys_replace_old_ones_but_failures_do_not() {
        let (issuer, url) = Issuer::start().await;
        let keys = RemoteKeys::new(url).unwrap();
        assert!(matches!(
            keys.find(&token_header("any")).await,
            Err(AuthError::KeysUnavailable)
        ));
        let first = token_header(&issuer.rotate());
        keys.refresh(Duration::ZERO).await;
        assert!(keys.find(&first).await.is_ok());
        let second = token_header(&issuer.rotate());
        keys.refresh(Duration::ZERO).await;
        assert!(keys.find(&second).await.is_ok());
        assert!(matches!(
            keys.find(&first).await,
            Err(AuthError::UnknownKey)
        ));
        let unsupported = r#"{"keys": [{"kid": "p521", "kty": "EC", "crv": "P-521", "x": "AA", "y": "AA", "alg": "ES512"}]}"#;
        for broken in [
            None,
            Some("not JSON".to_owned()),
            Some("{\"keys\": []}".to_owned()),
            Some(unsupported.to_owned()),
        ] {
            *issuer.response.lock().unwrap() = broken;
            keys.refresh(Duration::ZERO).await;
            assert!(keys.find(&second).await.is_ok());
            // Not known whether the issuer has the key by now, within the rate limit as well as after it.
            for _ in 0..2 {
                assert!(matches!(
                    keys.find(&first).await,
                    Err(AuthError::KeysUnavailable)
                ));
            }
        }
    }

    #[tokio::test]
    async fn concurrent_lookups_wait_for_one_slow_response_only_once() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/keys", listener.local_addr().unwrap());
        let requests = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&requests);
        // Accepts connections and closes them without a response, after longer than `RETRY_INTERVAL`.
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::Relaxed);
                sleep(RETRY_INTERVAL * 2).await;
                drop(stream);
            }
        });
        let keys = RemoteKeys::new(url.parse().unwrap()).unwrap();
        let unknown = token_header("unknown");
        let found = join_all((0..20).map(|_| keys.find(&unknown))).await;
        assert!(
            found
                .iter()
                .all(|it| matches!(it, Err(AuthError::KeysUnavailable)))
        );
        assert_eq!(requests.load(Ordering::Relaxed), 1);
    }
}
