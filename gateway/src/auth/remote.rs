//! The keys of an OIDC issuer, fetched from its address and kept.

use std::{
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use reqwest::{Client, Url};
use tokio::{
    sync::Mutex,
    time::{Instant, sleep},
};

use super::{
    Rejection,
    key_set::{self, KeySet, PublicKey},
    token::Signed,
};

/// Between fetches in the background.
const REFRESH: Duration = Duration::from_mins(5);
/// From the end of a fetch to the next one, whoever asks: tokens can name keys that there never were.
const LEAST: Duration = Duration::from_secs(5);
/// Between attempts while there are no keys at all.
const RETRY: Duration = Duration::from_secs(1);
/// For the issuer's answer.
const FETCH: Duration = Duration::from_secs(5);

/// The keys that the issuer had when last asked; the last good ones while it does not answer.
pub(super) struct RemoteKeys {
    url: Url,
    client: Client,
    current: RwLock<Option<Arc<KeySet>>>,
    /// How it went when keys were last asked for; held while they are, so that one request is on its way at a time.
    last: Mutex<Option<Attempt>>,
    /// The keys that were last said to be of no use here.
    told: RwLock<String>,
}

/// An attempt to fetch the keys.
#[derive(Clone, Copy)]
struct Attempt {
    /// When it ended: one that is slow must not make all who wait for it try again, one after the other.
    ended: Instant,
    succeeded: bool,
}

/// Why there is no key set.
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
    /// Begins to fetch, and keeps doing so while somebody has the keys.
    pub(super) fn new(url: Url) -> reqwest::Result<Arc<Self>> {
        let keys = Arc::new(Self {
            url,
            client: Client::builder().timeout(FETCH).build()?,
            current: RwLock::new(None),
            last: Mutex::new(None),
            told: RwLock::default(),
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

    /// The key that a token is signed with. Where it is not known the issuer is asked again, but seldom: that it has no
    /// such key is only said of a set that was fetched just now.
    pub(super) async fn find(&self, signed: &Signed) -> Result<PublicKey, Rejection> {
        if let Some(keys) = self.current() {
            match key_set::key_of(&keys, signed) {
                Err(Rejection::UnknownKey | Rejection::NoKeyId) => {}
                known => return known,
            }
        }
        let fetched = self.refresh(LEAST).await;
        let keys = self.current().ok_or(Rejection::KeysMissing)?;
        match key_set::key_of(&keys, signed) {
            Err(Rejection::UnknownKey | Rejection::NoKeyId) if !fetched => {
                Err(Rejection::KeysMissing)
            }
            found => found,
        }
    }

    /// Fetches the keys, unless that was done within `pause`, and says whether it went well the last time. Who comes while
    /// another fetches waits for the result.
    async fn refresh(&self, pause: Duration) -> bool {
        let mut last = self.last.lock().await;
        if let Some(last) = last.filter(|last| last.ended.elapsed() < pause) {
            return last.succeeded;
        }
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
        *last = Some(Attempt {
            ended: Instant::now(),
            succeeded,
        });
        succeeded
    }

    async fn fetch(&self) -> Result<KeySet, FetchError> {
        let response = self.client.get(self.url.clone()).send().await?;
        let keys = KeySet::parse(&response.error_for_status()?.bytes().await?)?;
        self.tell_unusable(&keys);
        if keys.is_empty() {
            return Err(FetchError::Empty);
        }
        Ok(keys)
    }

    /// Says which keys of the issuer are of no use here: at the start, and when that changes.
    fn tell_unusable(&self, keys: &KeySet) {
        let unusable = keys.unusable();
        let mut told = self.told.write().unwrap_or_else(PoisonError::into_inner);
        if *told == unusable {
            return;
        }
        if !unusable.is_empty() {
            tracing::warn!(
                url = %self.url,
                keys = unusable,
                "tokens that these keys of the issuer sign are not taken; supported are RS256, RS384, RS512, PS256, \
                 PS384, PS512 with 2048 bits or more, ES256, ES384 and EdDSA (Ed25519)"
            );
        }
        *told = unusable;
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

    fn signed(id: &str) -> Signed {
        Signed {
            key_id: Some(id.to_owned()),
            algorithm: jsonwebtoken::Algorithm::EdDSA,
        }
    }

    #[tokio::test]
    async fn keys_are_fetched_once_for_all_and_seldom_for_unknown_ids() {
        let (issuer, url) = Issuer::start().await;
        let id = issuer.rotate();
        let begun = Instant::now();
        let keys = RemoteKeys::new(url).unwrap();
        let (known, unknown) = (signed(&id), signed("unknown"));
        let found = join_all((0..20).map(|_| keys.find(&known))).await;
        assert!(found.iter().all(Result::is_ok));
        let unknown = join_all((0..20).map(|_| keys.find(&unknown))).await;
        assert!(
            unknown
                .iter()
                .all(|it| matches!(it, Err(Rejection::UnknownKey)))
        );
        // Once, unless the machine was so busy that it is time for more.
        let most = 1 + begun.elapsed().as_millis() / RETRY.as_millis();
        let asked = issuer.asked.load(Ordering::Relaxed);
        assert!((1..=most).contains(&(asked as u128)), "{asked} of {most}");
    }

    #[tokio::test]
    async fn new_keys_replace_old_ones_but_failures_do_not() {
        let (issuer, url) = Issuer::start().await;
        let keys = RemoteKeys::new(url).unwrap();
        assert!(matches!(
            keys.find(&signed("any")).await,
            Err(Rejection::KeysMissing)
        ));
        let first = signed(&issuer.rotate());
        keys.refresh(Duration::ZERO).await;
        assert!(keys.find(&first).await.is_ok());
        let second = signed(&issuer.rotate());
        keys.refresh(Duration::ZERO).await;
        assert!(keys.find(&second).await.is_ok());
        assert!(matches!(
            keys.find(&first).await,
            Err(Rejection::UnknownKey)
        ));
        let unusable = r#"{"keys": [{"kid": "p521", "kty": "EC", "crv": "P-521", "x": "AA", "y": "AA", "alg": "ES512"}]}"#;
        for broken in [
            None,
            Some("not JSON".to_owned()),
            Some("{\"keys\": []}".to_owned()),
            Some(unusable.to_owned()),
        ] {
            *issuer.shown.lock().unwrap() = broken;
            keys.refresh(Duration::ZERO).await;
            assert!(keys.find(&second).await.is_ok());
            // Nobody can tell whether the issuer has it by now, within the pause as after it.
            for _ in 0..2 {
                assert!(matches!(
                    keys.find(&first).await,
                    Err(Rejection::KeysMissing)
                ));
            }
        }
    }

    #[tokio::test]
    async fn one_slow_answer_holds_up_all_who_wait_for_it_once() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/keys", listener.local_addr().unwrap());
        let asked = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&asked);
        // It takes connections and says nothing until it hangs up: longer than `RETRY`.
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::Relaxed);
                sleep(RETRY * 2).await;
                drop(stream);
            }
        });
        let keys = RemoteKeys::new(url.parse().unwrap()).unwrap();
        let unknown = signed("unknown");
        let found = join_all((0..20).map(|_| keys.find(&unknown))).await;
        assert!(
            found
                .iter()
                .all(|it| matches!(it, Err(Rejection::KeysMissing)))
        );
        assert_eq!(asked.load(Ordering::Relaxed), 1);
    }
}
