//! The client of Google Play: fetches subscriptions by the Play Developer API.
//! <https://developers.google.com/android-publisher/api-ref/rest/v3/purchases.subscriptionsv2/get>

mod notification;
mod subscription;

use std::{path::PathBuf, time::Duration};

use chrono::{DateTime, Utc};
use coach_domain::purchase::{Products, PurchaseError, PurchaseVerifier, Report};
use gcp_auth::{CustomServiceAccount, TokenProvider as _};
use reqwest::Client;
use tokio::time::timeout;

use crate::api;

pub use notification::Notification;
use subscription::Subscription;

/// The OAuth scope of the service account.
const SCOPE: &str = "https://www.googleapis.com/auth/androidpublisher";

/// The timeout of fetching an access token, which is valid for an hour.
const TOKEN_TIMEOUT: Duration = Duration::from_secs(3);

/// The allowed lengths of purchase tokens, which have about 150 characters. A shorter text could be a path segment with
/// a special meaning.
const PURCHASE_TOKEN_LENGTHS: std::ops::RangeInclusive<usize> = 20..=512;

/// The settings of [`GooglePlay`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GooglePlaySettings {
    /// The base URL of the API, such as `https://androidpublisher.googleapis.com`.
    pub url: reqwest::Url,
    /// The app's package name.
    pub package: String,
    /// The products that give access.
    pub products: Products,
    /// The file with the key of a service account that may view the app's orders.
    pub service_account: PathBuf,
}

/// Why the client cannot be created.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GooglePlayError {
    /// The file of the service account cannot be used.
    #[error("the service account in {} cannot be used: {source}", path.display())]
    ServiceAccount {
        /// The path of the file.
        path: PathBuf,
        /// The cause.
        source: gcp_auth::Error,
    },
    /// The HTTP client cannot be created.
    #[error(transparent)]
    Client(#[from] reqwest::Error),
}

/// The client of the API.
pub struct GooglePlay {
    settings: GooglePlaySettings,
    account: CustomServiceAccount,
    client: Client,
}

impl GooglePlay {
    /// Reads the file of the service account. Makes no request.
    ///
    /// # Errors
    ///
    /// When the file cannot be used, or the HTTP client cannot be created.
    pub fn new(settings: &GooglePlaySettings) -> Result<Self, GooglePlayError> {
        let path = &settings.service_account;
        let account = CustomServiceAccount::from_file(path);
        let account = account.map_err(|source| GooglePlayError::ServiceAccount {
            path: path.clone(),
            source,
        })?;
        Ok(Self {
            settings: settings.clone(),
            account,
            client: super::client()?,
        })
    }

    /// The app's package name.
    pub fn package(&self) -> &str {
        &self.settings.package
    }

    async fn access_token(&self) -> Result<String, PurchaseError> {
        let unavailable = |why: String| {
            PurchaseError::Unavailable(format!("the service account has no access: {why}"))
        };
        let token = timeout(TOKEN_TIMEOUT, self.account.token(&[SCOPE])).await;
        let token = token.map_err(|_| unavailable("no answer in time".to_owned()))?;
        let token = token.map_err(|error| unavailable(error.to_string()))?;
        Ok(token.as_str().to_owned())
    }
}

#[async_trait::async_trait]
impl PurchaseVerifier for GooglePlay {
    /// Fetches the state of the subscription with this purchase token.
    async fn verify(
        &self,
        purchase: &str,
        requested_at: DateTime<Utc>,
    ) -> Result<Report, PurchaseError> {
        let plain = purchase.bytes().all(|byte| byte.is_ascii_graphic());
        if !plain || !PURCHASE_TOKEN_LENGTHS.contains(&purchase.len()) {
            return Err(PurchaseError::Invalid("it is no purchase token"));
        }
        let token = self.access_token().await?;
        let path = ["androidpublisher", "v3", "applications", self.package()];
        let rest = ["purchases", "subscriptionsv2", "tokens", purchase];
        let url = api::join_path(&self.settings.url, path.into_iter().chain(rest));
        let request = self.client.get(url).bearer_auth(token);
        let subscription: Subscription = super::fetch(request).await?;
        subscription.report(purchase, &self.settings.products, requested_at)
    }
}
