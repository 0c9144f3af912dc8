//! Who asks: bearer tokens and API keys become viewers here, and nowhere else.

mod api_key;
mod error;
mod key_set;
mod local;
mod remote;
#[cfg(test)]
mod tests;
mod token;

use std::sync::Arc;

use axum::http::{HeaderMap, HeaderValue, header::AUTHORIZATION};
use chrono::{DateTime, Utc};
use coach_domain::{clock::Clock, seed::LOCAL_ISSUER, viewer::Viewer};

pub use self::{
    error::Rejection,
    local::{LOCAL_AUDIENCE, LOCAL_LIFETIME, LocalIssuer, LocalIssuerError},
};
use self::{key_set::KeySet, local::LOCAL_ROLES_CLAIM, remote::RemoteKeys, token::Expectation};
use crate::settings::{AuthSettings, Issuer};

/// The header of API keys.
const API_KEY: &str = "x-api-key";
/// More than any issuer puts into a token.
const LONGEST_TOKEN: usize = 8 * 1024;

/// Tells who asks from the headers of a request.
pub struct Authenticator {
    tokens: Tokens,
    api_keys: Vec<crate::settings::ApiKey>,
    clock: Arc<dyn Clock>,
}

/// Which bearer tokens count: those of one issuer for one audience.
pub(crate) struct Tokens {
    keys: Keys,
    expected: Expectation,
}

enum Keys {
    Local(KeySet),
    Remote(Arc<RemoteKeys>),
}

impl Authenticator {
    /// Takes the local issuer's tokens.
    pub fn local(issuer: &LocalIssuer, settings: &AuthSettings, clock: Arc<dyn Clock>) -> Self {
        Self {
            tokens: Tokens {
                keys: Keys::Local(KeySet::of(&issuer.key_set().keys)),
                expected: Expectation {
                    issuer: LOCAL_ISSUER.to_owned(),
                    audience: LOCAL_AUDIENCE.to_owned(),
                    roles_claim: LOCAL_ROLES_CLAIM.to_owned(),
                },
            },
            api_keys: settings.api_keys.clone(),
            clock,
        }
    }

    /// Takes an OIDC issuer's tokens, whose keys are fetched in the background. Needs a Tokio runtime.
    ///
    /// # Errors
    ///
    /// When this machine has no TLS.
    pub fn remote(
        issuer: &Issuer,
        settings: &AuthSettings,
        clock: Arc<dyn Clock>,
    ) -> reqwest::Result<Self> {
        Ok(Self {
            tokens: Tokens::remote(issuer, &settings.roles_claim)?,
            api_keys: settings.api_keys.clone(),
            clock,
        })
    }

    /// Whether there are keys to verify tokens with.
    pub fn is_ready(&self) -> bool {
        match &self.tokens.keys {
            Keys::Local(_) => true,
            Keys::Remote(keys) => keys.current().is_some(),
        }
    }

    /// Who asks; nobody in particular when no credential is shown.
    ///
    /// # Errors
    ///
    /// When a credential is shown that does not count.
    pub async fn authenticate(&self, headers: &HeaderMap) -> Result<Viewer, Rejection> {
        let shown = single(headers, AUTHORIZATION.as_str())?.filter(|value| !is_blank(value));
        let key = single(headers, API_KEY)?.filter(|value| !value.is_empty());
        match (shown, key) {
            (None, None) => Ok(Viewer::anonymous()),
            (None, Some(key)) => api_key::verify(key.as_bytes(), &self.api_keys),
            (Some(value), None) => self.tokens.verify(bearer(value)?, self.clock.now()).await,
            (Some(_), Some(_)) => Err(Rejection::Malformed),
        }
    }
}

impl Tokens {
    /// Those of an OIDC issuer, whose keys are fetched in the background. Needs a Tokio runtime.
    pub(crate) fn remote(issuer: &Issuer, roles_claim: &str) -> reqwest::Result<Self> {
        Ok(Self {
            keys: Keys::Remote(RemoteKeys::new(issuer.jwks_url.clone())?),
            expected: Expectation {
                issuer: issuer.issuer.clone(),
                audience: issuer.audience.clone(),
                roles_claim: roles_claim.to_owned(),
            },
        })
    }

    /// Who bears a token.
    pub(crate) async fn verify(
        &self,
        token: &str,
        now: DateTime<Utc>,
    ) -> Result<Viewer, Rejection> {
        let signed = token::signed(token)?;
        let key = match &self.keys {
            Keys::Local(keys) => key_set::key_of(keys, &signed)?,
            Keys::Remote(keys) => keys.find(&signed).await?,
        };
        token::verify(token, &key, &self.expected, now)
    }
}

/// The bearer token of a request, which must be its only one.
pub(crate) fn bearer_token(headers: &HeaderMap) -> Result<&str, Rejection> {
    let value = single(headers, AUTHORIZATION.as_str())?;
    bearer(value.ok_or(Rejection::Malformed)?)
}

/// The only value of a header: two would let a proxy and us see different people.
fn single<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a HeaderValue>, Rejection> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (value, None) => Ok(value),
        _ => Err(Rejection::Malformed),
    }
}

/// What programs send that put the token of nobody into the header.
fn is_blank(value: &HeaderValue) -> bool {
    let value = value.as_bytes().trim_ascii();
    value.is_empty() || value.eq_ignore_ascii_case(b"bearer")
}

fn bearer(value: &HeaderValue) -> Result<&str, Rejection> {
    let text = value.to_str().map_err(|_| Rejection::Malformed)?;
    let (scheme, token) = text.split_once(' ').ok_or(Rejection::Malformed)?;
    let token = token.trim_start_matches(' ');
    if scheme.eq_ignore_ascii_case("bearer") && token.len() <= LONGEST_TOKEN {
        Ok(token)
    } else {
        Err(Rejection::Malformed)
    }
}
