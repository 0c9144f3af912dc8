//! A subscription as Stripe's API and its events have it. <https://docs.stripe.com/api/subscriptions/object>

use chrono::{DateTime, Utc};
use coach_domain::{
    clock::from_seconds,
    subscription::{Entitlement, SubscriptionProvider},
};
use serde::Deserialize;

/// The fields that count here. Times are seconds since 1970.
#[derive(Deserialize)]
pub(crate) struct Subscription {
    pub(crate) id: String,
    status: String,
    #[serde(default)]
    cancel_at_period_end: bool,
    #[serde(default)]
    cancel_at: Option<i64>,
    #[serde(default)]
    ended_at: Option<i64>,
    #[serde(default)]
    trial_end: Option<i64>,
    /// Up to the API of 2025-02-24; later of each item.
    #[serde(flatten)]
    period: Period,
    #[serde(default)]
    items: Items,
}

#[derive(Clone, Copy, Deserialize)]
struct Period {
    #[serde(default)]
    current_period_start: Option<i64>,
    #[serde(default)]
    current_period_end: Option<i64>,
}

#[derive(Default, Deserialize)]
struct Items {
    #[serde(default)]
    data: Vec<Period>,
}

/// Why a subscription gives nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unclear {
    #[error("nothing was ever paid for it")]
    Unpaid,
    #[error("the status `{0}` is not known")]
    Status(String),
    #[error("it has no period")]
    NoPeriod,
}

impl Subscription {
    /// What it gives, as said at `at`.
    pub(crate) fn entitlement(&self, at: DateTime<Utc>) -> Result<Entitlement, Unclear> {
        let all = || self.items.data.iter().chain([&self.period]);
        let start = all().filter_map(|period| period.current_period_start).max();
        let end = all().filter_map(|period| period.current_period_end).max();
        let (start, end) = (start.and_then(from_seconds), end.and_then(from_seconds));
        let trial_ends_at = self.trial_end.and_then(from_seconds);
        let ended = self.ended_at.and_then(from_seconds).unwrap_or(at);
        let (expires_at, grace_ends_at) = match self.status.as_str() {
            "trialing" => (trial_ends_at.or(end), None),
            "active" => (end, None),
            // The period that is to be paid has begun; Stripe tries until it changes the status.
            "past_due" => (start, end),
            "canceled" | "unpaid" | "paused" => {
                let paid_until = end.map_or(ended, |end| end.min(ended));
                (Some(paid_until), None)
            }
            "incomplete" | "incomplete_expired" => return Err(Unclear::Unpaid),
            other => return Err(Unclear::Status(other.to_owned())),
        };
        let renews = matches!(self.status.as_str(), "trialing" | "active" | "past_due");
        Ok(Entitlement {
            provider: Some(SubscriptionProvider::Stripe),
            trial_ends_at,
            expires_at: Some(expires_at.ok_or(Unclear::NoPeriod)?),
            grace_ends_at,
            will_renew: renews && !self.cancel_at_period_end && self.cancel_at.is_none(),
        })
    }
}
