//! Consents of members.

mod answer;
mod find;
mod health;
mod unsubscribe;

pub use answer::{Answer, UpdateConsents};
pub use find::of_members;
pub(crate) use health::{require_consent_for_allergens, require_health_consent};
pub use unsubscribe::unsubscribe;

use chrono::{DateTime, Utc};

use crate::enums::ConsentPurpose;

/// A member's stored answer for one purpose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consent {
    /// The purpose.
    pub purpose: ConsentPurpose,
    /// Whether the member agrees.
    pub granted: bool,
    /// When the answer last changed.
    pub changed_at: DateTime<Utc>,
}
