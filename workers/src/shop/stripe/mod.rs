//! Stripe: which subscription a checkout ended in, by its API. <https://docs.stripe.com/api/checkout/sessions/retrieve>

mod subscription;

use std::fmt;

use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};
use coach_domain::subscription::purchase::{Purchase, PurchaseError, PurchaseVerifier};
use reqwest::Client;
use serde::Deserialize;
use uuid::Uuid;

pub(crate) use subscription::{Subscription, Unclear, moment};

/// Longer than any id of Stripe's.
const LONGEST: usize = 255;

/// Where to ask, and with which key.
#[derive(Clone, PartialEq, Eq)]
pub struct StripeSettings {
    /// Such as `https://api.stripe.com`.
    pub url: reqwest::Url,
    /// A restricted key that may read checkout sessions and subscriptions.
    pub api_key: String,
}

/// Without the key.
impl fmt::Debug for StripeSettings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "StripeSettings({}, …)", self.url)
    }
}

/// The API.
pub struct Stripe {
    settings: StripeSettings,
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
    /// Nothing is asked yet.
    ///
    /// # Errors
    ///
    /// When this machine has no TLS.
    pub fn new(settings: StripeSettings) -> reqwest::Result<Self> {
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
        let mut url = self.settings.url.clone();
        let unusable = || PurchaseError::Unavailable("its address takes no path".to_owned());
        url.path_segments_mut()
            .map_err(|()| unusable())?
            .pop_if_empty()
            .extend(["v1", "checkout", "sessions", purchase]);
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
