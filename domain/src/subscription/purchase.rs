//! Purchases that members bring along, and the shops that know whether they are real.

use std::{collections::BTreeMap, sync::Arc};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Entitlement, SubscriptionProvider};

/// What is known of a purchase once its shop has confirmed it.
#[derive(Clone, PartialEq, Eq)]
pub struct Purchase {
    /// What the shop calls the subscription, over all its renewals.
    pub external_id: String,
    /// [`Member::purchase_token`](crate::member::Member::purchase_token) of who bought it, where the app handed one
    /// over.
    pub purchase_token: Option<Uuid>,
    /// What it gives.
    pub entitlement: Entitlement,
    /// When the shop said so.
    pub reported_at: DateTime<Utc>,
}

/// Without what names the buyer.
impl std::fmt::Debug for Purchase {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Purchase({:?}, …)", self.entitlement)
    }
}

/// Why a purchase is not confirmed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PurchaseError {
    /// This installation does not sell there, so nobody can tell.
    #[error("this service does not sell through that shop")]
    NotConfigured,
    /// The shop does not know it, or says that it is no subscription of ours.
    #[error("the purchase is not valid: {0}")]
    Invalid(&'static str),
    /// The shop cannot be reached.
    #[error("the shop cannot be reached: {0}")]
    Unavailable(String),
}

/// A shop's word on purchases.
#[async_trait::async_trait]
pub trait PurchaseVerifier: Send + Sync + 'static {
    /// Confirms what the shop handed to the app.
    async fn verify(&self, purchase: &str, now: DateTime<Utc>) -> Result<Purchase, PurchaseError>;
}

/// The shops that this installation sells through; none at first.
#[derive(Clone, Default)]
pub struct Shops(BTreeMap<SubscriptionProvider, Arc<dyn PurchaseVerifier>>);

impl Shops {
    /// The same, and this one.
    #[must_use]
    pub fn with(mut self, shop: SubscriptionProvider, verifier: Arc<dyn PurchaseVerifier>) -> Self {
        self.0.insert(shop, verifier);
        self
    }

    /// Asks a shop.
    ///
    /// # Errors
    ///
    /// [`PurchaseError::NotConfigured`] where we do not sell, else the shop's.
    pub async fn verify(
        &self,
        shop: SubscriptionProvider,
        purchase: &str,
        now: DateTime<Utc>,
    ) -> Result<Purchase, PurchaseError> {
        let verifier = self.0.get(&shop).ok_or(PurchaseError::NotConfigured)?;
        verifier.verify(purchase, now).await
    }
}

impl std::fmt::Debug for Shops {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_set().entries(self.0.keys()).finish()
    }
}
