//! `GetEmailIdentity`: whether SES sends mail of a domain or an address.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::{StatusCode, Url, header::CONTENT_TYPE};
use serde::Deserialize;

use super::{JSON, Ses};
use crate::api;

/// A domain or an address, as SES knows it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct MailIdentity {
    /// Whether mail of it is sent.
    #[serde(rename = "VerifiedForSendingStatus")]
    pub is_verified: bool,
    /// The state of its signatures.
    pub dkim_attributes: DkimAttributes,
    /// The state of the domain that bounces go to.
    pub mail_from_attributes: MailFromAttributes,
}

/// The state of signatures (DKIM).
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DkimAttributes {
    /// `SUCCESS`, `PENDING`, `FAILED`, `TEMPORARY_FAILURE` or `NOT_STARTED`.
    pub status: Option<String>,
    /// The names of the CNAME records.
    pub tokens: Vec<String>,
}

/// The state of the domain that bounces go to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct MailFromAttributes {
    /// The domain, if it is not Amazon's.
    pub mail_from_domain: Option<String>,
    /// `SUCCESS`, `PENDING`, `FAILED` or `TEMPORARY_FAILURE`.
    pub mail_from_domain_status: Option<String>,
}

/// Why an identity could not be looked at.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IdentityError {
    /// The credentials may not look, though they may be allowed to send.
    #[error("the credentials may not look at identities")]
    Denied,
    /// SES cannot be reached, or its answer is not understood.
    #[error("{0}")]
    Failed(String),
}

impl Ses {
    /// Looks at a domain or an address; `None` when SES does not know it. Changes nothing.
    ///
    /// # Errors
    ///
    /// When SES cannot be reached, or the credentials are missing, wrong or not allowed to look.
    pub async fn identity(&self, name: &str) -> Result<Option<MailIdentity>, IdentityError> {
        let failed = |why: String| IdentityError::Failed(why);
        let credentials = self.credentials.get().await.map_err(failed)?;
        let url = self.identity_url(name).map_err(failed)?;
        let signature = self
            .signature(credentials, "GET", &url, "")
            .map_err(failed)?;
        let mut request = self.client.get(url).header(CONTENT_TYPE, JSON);
        for (name, value) in signature {
            request = request.header(name, value);
        }
        let response = api::send(request).await;
        let response = response.map_err(|error| failed(error.without_url().to_string()))?;
        match response.status() {
            StatusCode::NOT_FOUND => Ok(None),
            StatusCode::FORBIDDEN => Err(IdentityError::Denied),
            status if status.is_success() => {
                let identity = response.json().await;
                let identity = identity.map_err(|error| failed(error.without_url().to_string()))?;
                Ok(Some(identity))
            }
            status => Err(failed(format!("SES answered {status}"))),
        }
    }

    fn identity_url(&self, name: &str) -> Result<Url, String> {
        let name = utf8_percent_encode(name, NON_ALPHANUMERIC).to_string();
        // A dot needs no escape, and not all services take one.
        let path = format!(
            "identities/{}",
            name.replace("%2E", ".").replace("%2D", "-")
        );
        self.url.join(&path).map_err(|error| error.to_string())
    }
}
