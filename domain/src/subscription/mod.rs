//! Subscriptions, and the access that they grant.

mod count;
mod entitlement;
pub(crate) mod standing;
pub(crate) mod statement;

pub use count::count;
pub use entitlement::Entitlement;
pub use statement::{Stage, Statement, Transaction};

use chrono::{DateTime, Utc};
use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};

use crate::enums::stored_enum;

stored_enum! {
    /// The access that a member's subscription grants.
    Access {
        /// Never had a subscription.
        None = "NONE",
        /// In a free trial.
        Trial = "TRIAL",
        /// Paid.
        Active = "ACTIVE",
        /// A payment failed, and the shop is retrying it.
        Grace = "GRACE",
        /// The subscription has ended.
        Lapsed = "LAPSED",
    }
}

impl Access {
    /// Whether the member may follow and change plans.
    pub fn allows_plans(self) -> bool {
        matches!(self, Self::Trial | Self::Active | Self::Grace)
    }
}

stored_enum! {
    /// Where a subscription was bought.
    SubscriptionProvider {
        /// App Store.
        Apple = "APPLE",
        /// Google Play.
        Google = "GOOGLE",
        /// The web shop.
        Stripe = "STRIPE",
    }
}

/// A subscription as it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// The access that it grants now.
    pub access: Access,
    /// Where it was bought; `None` for a gift or a trial without a purchase.
    pub provider: Option<SubscriptionProvider>,
    /// When the paid or given period ends.
    pub expires_at: Option<DateTime<Utc>>,
    /// When the trial ends.
    pub trial_ends_at: Option<DateTime<Utc>>,
    /// Whether it renews at the end of the period.
    pub will_renew: bool,
}
