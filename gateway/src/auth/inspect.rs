//! Looks at what an issuer publishes, without tokens.

use reqwest::{Client, Response, StatusCode};
use serde::Deserialize;

use super::{Issuer, key_set::KeySet};

/// The keys that an issuer publishes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuerKeys {
    /// How many of them can be used.
    pub usable: usize,
    /// The others: id, kind, curve and algorithm of each; empty if there are none.
    pub unsupported: String,
}

/// What an issuer says about itself (discovery of `OpenID` Connect).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Discovery {
    /// The value of `iss` in its tokens.
    pub issuer: String,
    /// The address of its keys.
    pub jwks_uri: Option<String>,
}

/// Why an issuer could not be looked at.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InspectError {
    /// There is no answer, or it is not understood.
    #[error("{0}")]
    Http(#[from] reqwest::Error),
    /// The answer is no success.
    #[error("it answered {0}")]
    Status(StatusCode),
    /// It is no set of keys.
    #[error("it is no set of keys: {0}")]
    Malformed(#[from] serde_json::Error),
}

/// Fetches the keys of an issuer.
///
/// # Errors
///
/// When they cannot be fetched, or are no set of keys.
pub async fn inspect_keys(client: &Client, issuer: &Issuer) -> Result<IssuerKeys, InspectError> {
    let response = get(client, issuer.jwks_url.as_str()).await?;
    let keys = KeySet::parse(&response.bytes().await?)?;
    Ok(IssuerKeys {
        usable: keys.len(),
        unsupported: keys.unsupported(),
    })
}

/// Fetches what an issuer says about itself, below its own address.
///
/// # Errors
///
/// When it says nothing, or what it says is not understood. The service does not depend on it.
pub async fn discover(client: &Client, issuer: &Issuer) -> Result<Discovery, InspectError> {
    let base = issuer.issuer.trim_end_matches('/');
    let response = get(client, &format!("{base}/.well-known/openid-configuration")).await?;
    Ok(response.json().await?)
}

async fn get(client: &Client, url: &str) -> Result<Response, InspectError> {
    let response = client.get(url).send().await?;
    match response.status() {
        status if status.is_success() => Ok(response),
        status => Err(InspectError::Status(status)),
    }
}
