//! Subscriptions, and the access that they give.

pub mod apple;
mod archive;
mod ask;
mod entitlement;
pub mod entity;
mod kept;
mod link;
pub mod purchase;
mod report;
mod standing;
mod statement;

pub use archive::forget_archived;
pub use ask::{MAX_CHECKS, confirm, date_of_asking};
pub use entitlement::Entitlement;
pub use kept::forget_unlinked;
pub use link::{LinkPurchase, Linked};
pub use report::{Applied, Report};
pub use statement::{Stage, Statement, Transaction};

use chrono::{DateTime, Utc};
use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};

use crate::preferences::stored_enum;

stored_enum! {
    /// What a member may use.
    Access {
        /// Never had a subscription.
        None = "NONE",
        /// Trying it out.
        Trial = "TRIAL",
        /// Paid.
        Active = "ACTIVE",
        /// A payment failed, and the shop still tries.
        Grace = "GRACE",
        /// Had one once.
        Lapsed = "LAPSED",
    }
}

impl Access {
    /// Whether plans may be followed and changed.
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
    /// What it gives now.
    pub access: Access,
    /// Where it was bought.
    pub provider: Option<SubscriptionProvider>,
    /// When what was paid for ends.
    pub expires_at: Option<DateTime<Utc>>,
    /// When the trial ends.
    pub trial_ends_at: Option<DateTime<Utc>>,
    /// Whether the shop will charge again.
    pub will_renew: bool,
}
