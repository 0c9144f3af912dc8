//! Purchases that members present, and the shops that verify them.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use chrono::{DateTime, Utc};
use tracing::{Instrument as _, field::Empty};

use super::Report;
use crate::subscription::SubscriptionProvider;

/// Why a purchase was not confirmed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PurchaseError {
    /// The shop is not configured in this installation.
    #[error("this service does not sell through that shop")]
    NotConfigured,
    /// The shop does not know the purchase.
    #[error("the purchase is not valid: {0}")]
    Invalid(&'static str),
    /// The shop knows the purchase, but it is not a subscription of this service, or not in effect.
    #[error("the purchase does not apply to this service: {0}")]
    NotApplicable(&'static str),
    /// The shop cannot be reached at the moment.
    #[error("the shop cannot be reached: {0}")]
    Unavailable(String),
}

impl PurchaseError {
    /// The name in telemetry.
    fn name(&self) -> &'static str {
        match self {
            Self::NotConfigured => "not_configured",
            Self::Invalid(_) => "invalid",
            Self::NotApplicable(_) => "not_applicable",
            Self::Unavailable(_) => "unavailable",
        }
    }
}

/// The shop's ids of the products that are subscriptions of this service. Purchases of other products are ignored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Products(BTreeSet<String>);

impl Products {
    /// Whether the product is one of them.
    pub fn contains(&self, id: &str) -> bool {
        self.0.contains(id)
    }
}

impl<I: Into<String>> FromIterator<I> for Products {
    fn from_iter<T: IntoIterator<Item = I>>(ids: T) -> Self {
        Self(ids.into_iter().map(Into::into).collect())
    }
}

/// Verifies purchases of a shop.
#[async_trait::async_trait]
pub trait PurchaseVerifier: Send + Sync + 'static {
    /// Verifies a proof of purchase that the app received from the shop. `requested_at` is the time of the report if
    /// the shop has to be requested: see [`next_request_time`](super::next_request_time).
    async fn verify(
        &self,
        purchase: &str,
        requested_at: DateTime<Utc>,
    ) -> Result<Report, PurchaseError>;
}

/// The shops that are configured in this installation; none by default.
#[derive(Clone, Default)]
pub struct Shops(BTreeMap<SubscriptionProvider, Arc<dyn PurchaseVerifier>>);

impl Shops {
    /// Adds a shop.
    #[must_use]
    pub fn with(mut self, shop: SubscriptionProvider, verifier: Arc<dyn PurchaseVerifier>) -> Self {
        self.0.insert(shop, verifier);
        self
    }

    /// Whether the shop is configured.
    pub fn contains(&self, shop: SubscriptionProvider) -> bool {
        self.0.contains_key(&shop)
    }

    /// Verifies a purchase with its shop.
    ///
    /// # Errors
    ///
    /// [`PurchaseError::NotConfigured`] if the shop is not configured, else those of its verifier.
    pub async fn verify(
        &self,
        shop: SubscriptionProvider,
        purchase: &str,
        requested_at: DateTime<Utc>,
    ) -> Result<Report, PurchaseError> {
        let verifier = self.0.get(&shop).ok_or(PurchaseError::NotConfigured)?;
        let span = tracing::info_span!(
            "verify",
            "otel.name" = "verify purchase",
            "coach.shop" = shop.as_str(),
            "error.type" = Empty,
            "otel.status_code" = Empty,
        );
        let verifying = verifier.verify(purchase, requested_at);
        let verified = verifying.instrument(span.clone()).await;
        if let Err(error) = &verified {
            span.record("error.type", error.name());
        }
        if let Err(PurchaseError::Unavailable(_)) = &verified {
            span.record("otel.status_code", "ERROR");
        }
        verified
    }
}

impl std::fmt::Debug for Shops {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_set().entries(self.0.keys()).finish()
    }
}
