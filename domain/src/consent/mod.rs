//! What members agree to.

mod answer;
pub mod entity;
mod find;
mod health;
mod unsubscribe;

pub use answer::{Answer, UpdateConsents};
pub use find::of_members;
pub(crate) use health::{may_keep, may_keep_allergens};
pub use unsubscribe::unsubscribe;

use chrono::{DateTime, Utc};
use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};

use crate::preferences::stored_enum;

stored_enum! {
    /// What data may be used for.
    ConsentPurpose {
        /// Mail that is not about the member's own plan.
        MarketingEmail = "MARKETING_EMAIL",
        /// Handing data to partners.
        PartnerSharing = "PARTNER_SHARING",
        /// Working with health data.
        HealthData = "HEALTH_DATA",
    }
}

/// A member's answer for one purpose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consent {
    /// The purpose.
    pub purpose: ConsentPurpose,
    /// Whether the member agrees.
    pub granted: bool,
    /// When they last said so.
    pub changed_at: DateTime<Utc>,
}
