//! Purchases that members bring along, and the shops that know whether they are real.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use chrono::{DateTime, Utc};

use super::{Report, SubscriptionProvider};

/// Why a purchase is not confirmed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PurchaseError {
    /// This installation does not sell there, so nobody can tell.
    #[error("this service does not sell through that shop")]
    NotConfigured,
    /// The shop does not know it.
    #[error("the purchase is not valid: {0}")]
    Invalid(&'static str),
    /// The shop knows it, and it gives nothing here: it is no subscription of ours.
    #[error("it is of no concern here: {0}")]
    NotOurs(&'static str),
    /// The shop cannot be reached.
    #[error("the shop cannot be reached: {0}")]
    Unavailable(String),
}

/// What of a shop's products is the subscription that this service sells, by the ids that the shop knows them by.
/// Everything else that is bought there gives nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Products(BTreeSet<String>);

impl Products {
    /// Whether it is one of them.
    pub fn contains(&self, id: &str) -> bool {
        self.0.contains(id)
    }
}

impl<I: Into<String>> FromIterator<I> for Products {
    fn from_iter<T: IntoIterator<Item = I>>(ids: T) -> Self {
        Self(ids.into_iter().map(Into::into).collect())
    }
}

/// A shop's word on purchases.
#[async_trait::async_trait]
pub trait PurchaseVerifier: Send + Sync + 'static {
    /// Confirms what the shop handed to the app. `asked_at` is what the answer of a shop that has to be asked is dated
    /// by: see [`date_of_asking`](super::date_of_asking).
    async fn verify(
        &self,
        purchase: &str,
        asked_at: DateTime<Utc>,
    ) -> Result<Report, PurchaseError>;
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

    /// Whether this one is among them.
    pub fn sell_through(&self, shop: SubscriptionProvider) -> bool {
        self.0.contains_key(&shop)
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
        asked_at: DateTime<Utc>,
    ) -> Result<Report, PurchaseError> {
        let verifier = self.0.get(&shop).ok_or(PurchaseError::NotConfigured)?;
        verifier.verify(purchase, asked_at).await
    }
}

impl std::fmt::Debug for Shops {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_set().entries(self.0.keys()).finish()
    }
}
