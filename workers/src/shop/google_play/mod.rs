//! Google Play: how a subscription stands, by the Play Developer API.
//! <https://developers.google.com/android-publisher/api-ref/rest/v3/purchases.subscriptionsv2/get>

mod notification;
mod subscription;

use std::{path::PathBuf, time::Duration};

use chrono::{DateTime, Utc};
use coach_domain::subscription::{
    Report,
    purchase::{Products, PurchaseError, PurchaseVerifier},
};
use gcp_auth::{CustomServiceAccount, TokenProvider as _};
use reqwest::Client;
use tokio::time::timeout;

use crate::api;

pub use notification::Notification;
use subscription::Subscription;

/// What the service account may do.
const SCOPE: &str = "https://www.googleapis.com/auth/androidpublisher";

/// For an access token, which counts for an hour.
const TOKEN_WITHIN: Duration = Duration::from_secs(3);

/// Purchase tokens have some 150 characters. Shorter ones could be parts of a path with a meaning of their own.
const LENGTHS: std::ops::RangeInclusive<usize> = 20..=512;

/// What is asked, and as whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GooglePlaySettings {
    /// Such as `https://androidpublisher.googleapis.com`.
    pub url: reqwest::Url,
    /// The app's package name.
    pub package: String,
    /// What of its products counts.
    pub products: Products,
    /// The file with the key of a service account that may see the app's orders.
    pub service_account: PathBuf,
}

/// Why nothing can be asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GooglePlayError {
    /// The service account's file.
    #[error("the service account in {} cannot be used: {source}", path.display())]
    ServiceAccount {
        /// Where it is.
        path: PathBuf,
        /// What is wrong.
        source: gcp_auth::Error,
    },
    /// This machine has no TLS.
    #[error(transparent)]
    Client(#[from] reqwest::Error),
}

/// The API.
pub struct GooglePlay {
    url: reqwest::Url,
    package: String,
    products: Products,
    account: CustomServiceAccount,
    client: Client,
}

impl GooglePlay {
    /// Reads the service account; nothing is asked yet.
    ///
    /// # Errors
    ///
    /// When its file cannot be used.
    pub fn new(settings: &GooglePlaySettings) -> Result<Self, GooglePlayError> {
        let path = &settings.service_account;
        let account = CustomServiceAccount::from_file(path);
        let account = account.map_err(|source| GooglePlayError::ServiceAccount {
            path: path.clone(),
            source,
        })?;
        Ok(Self {
            url: settings.url.clone(),
            package: settings.package.clone(),
            products: settings.products.clone(),
            account,
            client: super::client()?,
        })
    }

    /// The app's package name.
    pub fn package(&self) -> &str {
        &self.package
    }

    async fn access_token(&self) -> Result<String, PurchaseError> {
        let unavailable = |why: String| {
            PurchaseError::Unavailable(format!("the service account has no access: {why}"))
        };
        let token = timeout(TOKEN_WITHIN, self.account.token(&[SCOPE])).await;
        let token = token.map_err(|_| unavailable("no answer in time".to_owned()))?;
        let token = token.map_err(|error| unavailable(error.to_string()))?;
        Ok(token.as_str().to_owned())
    }
}

#[async_trait::async_trait]
impl PurchaseVerifier for GooglePlay {
    /// How the subscription with this purchase token stands.
    async fn verify(
        &self,
        purchase: &str,
        asked_at: DateTime<Utc>,
    ) -> Result<Report, PurchaseError> {
        let plain = purchase.bytes().all(|byte| byte.is_ascii_graphic());
        if !plain || !LENGTHS.contains(&purchase.len()) {
            return Err(PurchaseError::Invalid("it is no purchase token"));
        }
        let token = self.access_token().await?;
        let path = ["androidpublisher", "v3", "applications", &self.package];
        let rest = ["purchases", "subscriptionsv2", "tokens", purchase];
        let url = api::below(&self.url, path.into_iter().chain(rest));
        let request = self.client.get(url).bearer_auth(token);
        let subscription: Subscription = super::ask(request).await?;
        subscription.report(purchase, &self.products, asked_at)
    }
}
