//! Authentication: the only place where bearer tokens and API keys become viewers.

mod api_key;
mod error;
mod inspect;
mod key_set;
mod local;
mod meter;
mod remote;
mod settings;
#[cfg(test)]
mod tests;
mod token;

use std::sync::Arc;

use arc_swap::ArcSwap;
use axum::http::{HeaderMap, HeaderValue, header::AUTHORIZATION};
use chrono::{DateTime, Utc};
use coach_content::seed::LOCAL_ISSUER;
use coach_domain::{clock::Clock, viewer::Viewer};
use quick_cache::sync::Cache;
use sha2::{Digest as _, Sha256};

pub use self::{
    error::AuthError,
    inspect::{Discovery, InspectError, IssuerKeys, discover, inspect_keys},
    local::{LOCAL_AUDIENCE, LOCAL_TOKEN_LIFETIME, LocalIssuer, LocalIssuerError},
    settings::{ApiKey, AuthSettings, Issuer},
};
use self::{
    key_set::KeySet,
    local::LOCAL_ROLES_CLAIM,
    remote::RemoteKeys,
    token::{ExpectedClaims, Validity},
};

/// The header of API keys.
const API_KEY_HEADER: &str = "x-api-key";
/// The algorithms of signatures that are supported.
pub const SUPPORTED_ALGORITHMS: &str = "RS256, RS384, RS512, PS256, PS384, PS512 with 2048 bits or more, ES256, ES384 and \
                                        EdDSA (Ed25519)";
/// The size limit of a token.
const MAX_TOKEN_BYTES: usize = 8 * 1024;
/// The number of verified tokens that are kept, each about 300 bytes.
const MAX_VERIFIED_TOKENS: usize = 20_000;

/// Identifies the viewer from the headers of a request.
pub struct Authenticator {
    token_verifier: TokenVerifier,
    api_keys: ArcSwap<Vec<ApiKey>>,
    clock: Arc<dyn Clock>,
}

/// Verifies the bearer tokens of one issuer for one audience.
pub(crate) struct TokenVerifier {
    keys: KeySource,
    expected: ExpectedClaims,
    /// Tokens that were verified, by their SHA-256.
    verified: Cache<[u8; 32], Arc<VerifiedToken>>,
}

/// A token whose signature and claims are right.
struct VerifiedToken {
    viewer: Viewer,
    validity: Validity,
    /// The [digest](KeySet::digest) of the keys that it was verified with. With other keys it is verified again.
    keys: [u8; 32],
}

enum KeySource {
    Local(KeySet),
    Remote(Arc<RemoteKeys>),
}

impl KeySource {
    /// The [digest](KeySet::digest) of the current keys; `None` while there are none.
    fn digest(&self) -> Option<[u8; 32]> {
        match self {
            Self::Local(keys) => Some(keys.digest),
            Self::Remote(keys) => Some(keys.current()?.digest),
        }
    }
}

impl Authenticator {
    /// Accepts the local issuer's tokens.
    pub fn local(issuer: &LocalIssuer, settings: &AuthSettings, clock: Arc<dyn Clock>) -> Self {
        Self {
            token_verifier: TokenVerifier {
                keys: KeySource::Local(KeySet::from_jwks(&issuer.key_set().keys)),
                expected: ExpectedClaims {
                    issuer: LOCAL_ISSUER.to_owned(),
                    audience: LOCAL_AUDIENCE.to_owned(),
                    roles_claim: LOCAL_ROLES_CLAIM.to_owned(),
                },
                verified: Cache::new(MAX_VERIFIED_TOKENS),
            },
            api_keys: ArcSwap::from_pointee(settings.api_keys.clone()),
            clock,
        }
    }

    /// Accepts the tokens of an OIDC issuer, whose keys are fetched in the background. Must be called within a Tokio
    /// runtime.
    ///
    /// # Errors
    ///
    /// When the TLS backend cannot be initialized.
    pub fn remote(
        issuer: &Issuer,
        settings: &AuthSettings,
        clock: Arc<dyn Clock>,
    ) -> reqwest::Result<Self> {
        Ok(Self {
            token_verifier: TokenVerifier::remote(issuer, &settings.roles_claim)?,
            api_keys: ArcSwap::from_pointee(settings.api_keys.clone()),
            clock,
        })
    }

    /// Accepts these keys of services from now on, and no others.
    pub fn replace_api_keys(&self, keys: &[ApiKey]) {
        self.api_keys.store(Arc::new(keys.to_vec()));
    }

    /// Whether the issuer's keys are available.
    pub fn is_ready(&self) -> bool {
        match &self.token_verifier.keys {
            KeySource::Local(_) => true,
            KeySource::Remote(keys) => keys.current().is_some(),
        }
    }

    /// The viewer of a request; anonymous without a credential.
    ///
    /// # Errors
    ///
    /// When there is a credential that is not valid, or more than one.
    pub async fn authenticate(&self, headers: &HeaderMap) -> Result<Viewer, AuthError> {
        let authorization =
            single_header(headers, AUTHORIZATION.as_str())?.filter(|value| !is_blank(value));
        let key = single_header(headers, API_KEY_HEADER)?.filter(|value| !value.is_empty());
        match (authorization, key) {
            (None, None) => Ok(Viewer::anonymous()),
            (None, Some(key)) => api_key::verify(key.as_bytes(), &self.api_keys.load()),
            (Some(value), None) => {
                self.token_verifier
                    .verify(parse_bearer(value)?, self.clock.now())
                    .await
            }
            (Some(_), Some(_)) => Err(AuthError::Malformed),
        }
    }
}

impl TokenVerifier {
    /// A verifier with the keys of an OIDC issuer, which are fetched in the background. Must be called within a Tokio
    /// runtime.
    pub(crate) fn remote(issuer: &Issuer, roles_claim: &str) -> reqwest::Result<Self> {
        Ok(Self {
            keys: KeySource::Remote(RemoteKeys::new(issuer.jwks_url.clone())?),
            expected: ExpectedClaims {
                issuer: issuer.issuer.clone(),
                audience: issuer.audience.clone(),
                roles_claim: roles_claim.to_owned(),
            },
            verified: Cache::new(MAX_VERIFIED_TOKENS),
        })
    }

    /// Verifies a token, and returns its bearer. The signature is checked once for each set of keys.
    pub(crate) async fn verify(
        &self,
        token: &str,
        now: DateTime<Utc>,
    ) -> Result<Viewer, AuthError> {
        let (id, keys) = (Sha256::digest(token).into(), self.keys.digest());
        if let Some(known) = self.verified.get(&id)
            && Some(known.keys) == keys
        {
            meter::count_lookup(true);
            known.validity.check(now)?;
            return Ok(known.viewer.clone());
        }
        meter::count_lookup(false);
        let header = token::parse_header(token)?;
        let key = match &self.keys {
            KeySource::Local(keys) => keys.find(&header)?.clone(),
            KeySource::Remote(keys) => keys.find(&header).await?,
        };
        let (viewer, validity) = token::verify(token, &key, &self.expected, now)?;
        if let Some(keys) = keys {
            let verified = VerifiedToken {
                viewer: viewer.clone(),
                validity,
                keys,
            };
            self.verified.insert(id, Arc::new(verified));
        }
        Ok(viewer)
    }
}

/// The bearer token of a request, which has to have exactly one.
pub(crate) fn bearer_token(headers: &HeaderMap) -> Result<&str, AuthError> {
    let value = single_header(headers, AUTHORIZATION.as_str())?;
    parse_bearer(value.ok_or(AuthError::Malformed)?)
}

/// The only value of a header. Two values are an error, because a proxy in front might choose the other one.
fn single_header<'a>(
    headers: &'a HeaderMap,
    name: &str,
) -> Result<Option<&'a HeaderValue>, AuthError> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (value, None) => Ok(value),
        _ => Err(AuthError::Malformed),
    }
}

/// Whether an `Authorization` header has no token: programs send it so when nobody is signed in.
fn is_blank(value: &HeaderValue) -> bool {
    let value = value.as_bytes().trim_ascii();
    value.is_empty() || value.eq_ignore_ascii_case(b"bearer")
}

fn parse_bearer(value: &HeaderValue) -> Result<&str, AuthError> {
    let text = value.to_str().map_err(|_| AuthError::Malformed)?;
    let (scheme, token) = text.split_once(' ').ok_or(AuthError::Malformed)?;
    let token = token.trim_start_matches(' ');
    if scheme.eq_ignore_ascii_case("bearer") && token.len() <= MAX_TOKEN_BYTES {
        Ok(token)
    } else {
        Err(AuthError::Malformed)
    }
}
