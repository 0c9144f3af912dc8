//! A subscription in Stripe's API and events: <https://docs.stripe.com/api/subscriptions/object>

use chrono::{DateTime, Utc};
use coach_domain::{
    clock::from_seconds,
    purchase::Products,
    subscription::{Entitlement, SubscriptionProvider},
};
use serde::Deserialize;

/// The fields that are used here. Times are in seconds since 1970.
#[derive(Deserialize)]
pub(crate) struct Subscription {
    pub(crate) id: String,
    status: String,
    #[serde(default)]
    cancel_at_period_end: bool,
    cancel_at: Option<i64>,
    ended_at: Option<i64>,
    trial_end: Option<i64>,
    /// The period, up to the API version 2025-02-24. Later versions have it in each item.
    #[serde(flatten)]
    period: Period,
    #[serde(default)]
    items: Items,
}

#[derive(Clone, Copy, Deserialize)]
struct Period {
    current_period_start: Option<i64>,
    current_period_end: Option<i64>,
}

#[derive(Default, Deserialize)]
struct Items {
    #[serde(default)]
    data: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    #[serde(flatten)]
    period: Period,
    price: Option<Price>,
}

#[derive(Deserialize)]
struct Price {
    #[serde(default)]
    id: String,
    #[serde(default)]
    product: Product,
}

/// The product, which is expanded if the request asked for that.
#[derive(Deserialize)]
#[serde(untagged)]
enum Product {
    Id(String),
    Expanded { id: String },
}

impl Default for Product {
    fn default() -> Self {
        Self::Id(String::new())
    }
}

/// Why a subscription gives no entitlement.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum EntitlementError {
    #[error("nothing was ever paid for it")]
    Unpaid,
    #[error("its product is not in COACH_STRIPE_PRODUCTS")]
    NotSold,
    #[error("the status `{0}` is not known")]
    Status(String),
    #[error("it has no period")]
    NoPeriod,
}

impl Item {
    fn is_one_of(&self, products: &Products) -> bool {
        self.price.as_ref().is_some_and(|price| {
            let (Product::Id(product) | Product::Expanded { id: product }) = &price.product;
            products.contains(product) || products.contains(&price.id)
        })
    }
}

impl Subscription {
    /// Whether the status is final: no payment can renew the subscription.
    pub(crate) fn is_over(&self) -> bool {
        matches!(self.status.as_str(), "canceled" | "unpaid")
    }

    /// The entitlement that its items of these products give, for a state of the subscription at `at`.
    pub(crate) fn entitlement(
        &self,
        products: &Products,
        at: DateTime<Utc>,
    ) -> Result<Entitlement, EntitlementError> {
        let items = || self.items.data.iter().filter(|it| it.is_one_of(products));
        if items().next().is_none() {
            return Err(EntitlementError::NotSold);
        }
        let all = || items().map(|item| &item.period).chain([&self.period]);
        let start = all().filter_map(|period| period.current_period_start).max();
        let end = all().filter_map(|period| period.current_period_end).max();
        let (start, end) = (start.and_then(from_seconds), end.and_then(from_seconds));
        let trial_ends_at = self.trial_end.and_then(from_seconds);
        let cancel_at = self.cancel_at.and_then(from_seconds);
        let ended = self.ended_at.and_then(from_seconds).unwrap_or(at);
        let (expires_at, grace_ends_at) = match self.status.as_str() {
            "trialing" => (trial_ends_at.or(end), None),
            "active" => (end, None),
            // The unpaid period has begun. Stripe retries the payment until it changes the status.
            "past_due" => (start, end),
            "canceled" | "unpaid" | "paused" => {
                let paid_until = end.map_or(ended, |end| end.min(ended));
                (Some(paid_until), None)
            }
            "incomplete" | "incomplete_expired" => return Err(EntitlementError::Unpaid),
            other => return Err(EntitlementError::Status(other.to_owned())),
        };
        let expires_at = expires_at.ok_or(EntitlementError::NoPeriod)?;
        let renews = matches!(self.status.as_str(), "trialing" | "active" | "past_due");
        // A cancellation date after this period has no effect yet: the subscription renews before.
        let cancels_at = cancel_at.filter(|cancel| *cancel <= grace_ends_at.unwrap_or(expires_at));
        // If the subscription ends during its trial, so does the trial.
        let ends_at = if renews { cancels_at } else { Some(expires_at) };
        Ok(Entitlement {
            provider: Some(SubscriptionProvider::Stripe),
            trial_ends_at: trial_ends_at.map(|trial| trial.min(ends_at.unwrap_or(trial))),
            expires_at: Some(cancels_at.map_or(expires_at, |cancel| cancel.min(expires_at))),
            grace_ends_at: grace_ends_at
                .map(|end| cancels_at.map_or(end, |cancel| cancel.min(end))),
            will_renew: renews && !self.cancel_at_period_end && cancels_at.is_none(),
        })
    }
}
