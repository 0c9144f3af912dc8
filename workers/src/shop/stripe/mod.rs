//! Stripe: which subscription a checkout ended in, by its API. <https://docs.stripe.com/api/checkout/sessions/retrieve>

mod subscription;

use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};
use coach_domain::subscription::purchase::{Purchase, PurchaseError, PurchaseVerifier};
use reqwest::Client;
use serde::Deserialize;
use uuid::Uuid;

use crate::api::{self, ApiSettings};
pub(crate) use subscription::{Subscription, Unclear};

/// Longer than any id of Stripe's.
const LONGEST: usize = 255;

/// The API.
pub struct Stripe {
    settings: ApiSettings,
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
    pub fn new(settings: ApiSettings) -> reqwest::Result<Self> {
        let client = super::client()?;
        Ok(Self { settings, client })
    }
}

#[async_trait::async_trait]
impl PurchaseVerifier for Stripe {
    /// The subscription that the checkout session with this id ended in.
    async fn verify(&self, purchase: &str, now: DateTime<Utc>) -> Result<Purchase, PurchaseError> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        let is_session = purchase.starts_with("cs_") && purchase.len() <= LONGEST;
        if !is_session || !purchase.bytes().all(plain) {
            return Err(PurchaseError::Invalid("it is no id of a checkout session"));
        }
        let path = ["v1", "checkout", "sessions", purchase];
        let mut url = api::below(&self.settings.url, path);
        url.query_pairs_mut()
            .append_pair("expand[]", "subscription");
        let request = self.client.get(url).bearer_auth(&self.settings.api_key);
        let session: Session = super::ask(request).await?;
        let subscription = session.subscription.ok_or(PurchaseError::Invalid(
            "the checkout is not completed, or of no subscription",
        ))?;
        let entitlement = subscription.entitlement(now);
        let entitlement = entitlement.map_err(|unclear| match unclear {
            Unclear::Unpaid => PurchaseError::Invalid("nothing was paid for it"),
            other => PurchaseError::Unavailable(other.to_string()),
        })?;
        let token = session.client_reference_id.as_deref();
        Ok(Purchase {
            external_id: subscription.id,
            purchase_token: token.and_then(|token| Uuid::parse_str(token).ok()),
            entitlement,
            // Events have whole seconds, and those of this one may say more.
            reported_at: now.trunc_subsecs(0) - TimeDelta::microseconds(1),
        })
    }
}
