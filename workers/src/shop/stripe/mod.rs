//! The client of Stripe's API: fetches subscriptions, and those that checkout sessions created.
//! <https://docs.stripe.com/api/subscriptions/retrieve>, <https://docs.stripe.com/api/checkout/sessions/retrieve>

mod subscription;

use chrono::{DateTime, Utc};
use coach_domain::{
    purchase::{Products, PurchaseError, PurchaseVerifier, Report},
    subscription::{Stage, SubscriptionProvider},
};
use reqwest::{Client, Url};
use serde::Deserialize;
use uuid::Uuid;

use crate::api::{self, ApiSettings};
pub(crate) use subscription::{EntitlementError, Subscription};

/// The maximum length of an id: more than any id of Stripe has.
const MAX_ID_LENGTH: usize = 255;

/// The client of the API.
pub struct Stripe {
    settings: ApiSettings,
    products: Products,
    client: Client,
}

#[derive(Deserialize)]
struct Session {
    client_reference_id: Option<String>,
    /// The whole subscription, because of `expand` in the request.
    subscription: Option<Subscription>,
}

impl Stripe {
    /// Creates a client. Makes no request. The key may be restricted to reading checkout sessions and subscriptions.
    ///
    /// # Errors
    ///
    /// When the HTTP client cannot be created.
    pub fn new(settings: ApiSettings, products: Products) -> reqwest::Result<Self> {
        Ok(Self {
            settings,
            products,
            client: super::client()?,
        })
    }

    /// Fetches the state of the subscription with this id.
    pub(crate) async fn subscription(
        &self,
        id: &str,
        requested_at: DateTime<Utc>,
    ) -> Result<Report, PurchaseError> {
        if !is_plain(id) {
            return Err(PurchaseError::Invalid("it is no id of a subscription"));
        }
        let url = api::join_path(&self.settings.url, ["v1", "subscriptions", id]);
        let subscription: Subscription = self.fetch(url).await?;
        self.report(subscription, requested_at)
    }

    async fn fetch<T: serde::de::DeserializeOwned>(&self, url: Url) -> Result<T, PurchaseError> {
        super::fetch(self.client.get(url).bearer_auth(&self.settings.api_key)).await
    }

    fn report(
        &self,
        subscription: Subscription,
        requested_at: DateTime<Utc>,
    ) -> Result<Report, PurchaseError> {
        let entitlement = subscription.entitlement(&self.products, requested_at);
        let entitlement = entitlement.map_err(|error| match error {
            EntitlementError::Unpaid => PurchaseError::NotApplicable("nothing was paid for it"),
            EntitlementError::NotSold => {
                PurchaseError::NotApplicable("its product is not in COACH_STRIPE_PRODUCTS")
            }
            other => PurchaseError::Unavailable(other.to_string()),
        })?;
        let (provider, id) = (SubscriptionProvider::Stripe, subscription.id);
        let (at, stage) = (requested_at, Stage::Changed);
        let report = Report::for_subscription(provider, id, &entitlement, at, stage);
        Ok(report)
    }
}

#[async_trait::async_trait]
impl PurchaseVerifier for Stripe {
    /// Fetches the subscription that the checkout session with this id created.
    async fn verify(
        &self,
        purchase: &str,
        requested_at: DateTime<Utc>,
    ) -> Result<Report, PurchaseError> {
        if !purchase.starts_with("cs_") || !is_plain(purchase) {
            return Err(PurchaseError::Invalid("it is no id of a checkout session"));
        }
        let path = ["v1", "checkout", "sessions", purchase];
        let mut url = api::join_path(&self.settings.url, path);
        url.query_pairs_mut()
            .append_pair("expand[]", "subscription");
        let session: Session = self.fetch(url).await?;
        let subscription = session.subscription.ok_or(PurchaseError::Invalid(
            "the checkout is not completed, or of no subscription",
        ))?;
        let token = session.client_reference_id.as_deref();
        let token = token.and_then(|token| Uuid::parse_str(token).ok());
        let report = self.report(subscription, requested_at)?;
        Ok(report.with_purchase_token(token))
    }
}

/// Whether a text has the format of Stripe's ids. It is then a path segment without a special meaning.
fn is_plain(id: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    !id.is_empty() && id.len() <= MAX_ID_LENGTH && id.bytes().all(plain)
}
