//! Stripe: how a subscription stands, and which one a checkout ended in, by its API.
//! <https://docs.stripe.com/api/subscriptions/retrieve>, <https://docs.stripe.com/api/checkout/sessions/retrieve>

mod subscription;

use chrono::{DateTime, Utc};
use coach_domain::subscription::{
    Report, Stage, SubscriptionProvider,
    purchase::{Products, PurchaseError, PurchaseVerifier},
};
use reqwest::{Client, Url};
use serde::Deserialize;
use uuid::Uuid;

use crate::api::{self, ApiSettings};
pub(crate) use subscription::{Subscription, Unclear};

/// Longer than any id of Stripe's.
const LONGEST: usize = 255;

/// The API.
pub struct Stripe {
    settings: ApiSettings,
    products: Products,
    client: Client,
}

#[derive(Deserialize)]
struct Session {
    #[serde(default)]
    client_reference_id: Option<String>,
    /// Whole, since it is asked for with `expand`.
    #[serde(default)]
    subscription: Option<Subscription>,
}

impl Stripe {
    /// Nothing is asked yet. The key may be a restricted one that reads checkout sessions and subscriptions.
    ///
    /// # Errors
    ///
    /// When this machine has no TLS.
    pub fn new(settings: ApiSettings, products: Products) -> reqwest::Result<Self> {
        Ok(Self {
            settings,
            products,
            client: super::client()?,
        })
    }

    /// How the subscription with this id stands.
    pub(crate) async fn subscription(
        &self,
        id: &str,
        asked_at: DateTime<Utc>,
    ) -> Result<Report, PurchaseError> {
        if !is_plain(id) {
            return Err(PurchaseError::Invalid("it is no id of a subscription"));
        }
        let url = api::below(&self.settings.url, ["v1", "subscriptions", id]);
        let subscription: Subscription = self.ask(url).await?;
        self.report(subscription, asked_at)
    }

    async fn ask<T: serde::de::DeserializeOwned>(&self, url: Url) -> Result<T, PurchaseError> {
        super::ask(self.client.get(url).bearer_auth(&self.settings.api_key)).await
    }

    fn report(
        &self,
        subscription: Subscription,
        asked_at: DateTime<Utc>,
    ) -> Result<Report, PurchaseError> {
        let entitlement = subscription.entitlement(&self.products, asked_at);
        let entitlement = entitlement.map_err(|unclear| match unclear {
            Unclear::Unpaid => PurchaseError::NotOurs("nothing was paid for it"),
            Unclear::NotSold => {
                PurchaseError::NotOurs("its product is not in COACH_STRIPE_PRODUCTS")
            }
            other => PurchaseError::Unavailable(other.to_string()),
        })?;
        Ok(Report::on_subscription(
            SubscriptionProvider::Stripe,
            subscription.id,
            &entitlement,
            asked_at,
            Stage::Changed,
        ))
    }
}

#[async_trait::async_trait]
impl PurchaseVerifier for Stripe {
    /// The subscription that the checkout session with this id ended in.
    async fn verify(
        &self,
        purchase: &str,
        asked_at: DateTime<Utc>,
    ) -> Result<Report, PurchaseError> {
        if !purchase.starts_with("cs_") || !is_plain(purchase) {
            return Err(PurchaseError::Invalid("it is no id of a checkout session"));
        }
        let path = ["v1", "checkout", "sessions", purchase];
        let mut url = api::below(&self.settings.url, path);
        url.query_pairs_mut()
            .append_pair("expand[]", "subscription");
        let session: Session = self.ask(url).await?;
        let subscription = session.subscription.ok_or(PurchaseError::Invalid(
            "the checkout is not completed, or of no subscription",
        ))?;
        let token = session.client_reference_id.as_deref();
        let token = token.and_then(|token| Uuid::parse_str(token).ok());
        Ok(self.report(subscription, asked_at)?.by(token))
    }
}

/// As ids of Stripe's are: a part of a path without a meaning of its own.
fn is_plain(id: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    !id.is_empty() && id.len() <= LONGEST && id.bytes().all(plain)
}
