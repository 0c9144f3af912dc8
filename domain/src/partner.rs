//! Records for third parties: the payloads of the queue `partner-sync`. The envelope names the member by id alone.
//! `docs/PARTNERS.md` shows them as partners see them.

pub mod delivery;
mod notice;

pub use notice::{Notice, Unreadable};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    Result,
    consent::ConsentPurpose,
    outbox::Owe,
    queue::QueueName,
    subscription::{Access, SubscriptionProvider},
};

/// What partners are told.
pub trait Record: Serialize {
    /// What it is called, such as `partner.consent`.
    const KIND: &'static str;
    /// Of the kind.
    const VERSION: u32 = 1;
}

/// Owes a record to the partners.
///
/// # Errors
///
/// When it is not JSON: a defect.
pub fn owe<R: Record>(to: &mut impl Owe, record: &R) -> Result<()> {
    to.owe(QueueName::PartnerSync, R::KIND, R::VERSION, record)
}

/// A member's answer on a use of their data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ConsentRecord {
    /// The use.
    pub purpose: ConsentPurpose,
    /// Whether they agree.
    pub granted: bool,
    /// When they said so.
    pub changed_at: DateTime<Utc>,
}

impl Record for ConsentRecord {
    const KIND: &'static str = "partner.consent";
}

/// What a member's subscription is now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SubscriptionRecord {
    /// What it gives.
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

impl Record for SubscriptionRecord {
    const KIND: &'static str = "partner.subscription";
}

/// A member is gone for good: whoever holds something of theirs is to delete it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DeletionRecord {
    /// When it became final.
    pub deleted_at: DateTime<Utc>,
}

impl Record for DeletionRecord {
    const KIND: &'static str = "partner.member-deleted";
}
