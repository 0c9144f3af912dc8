//! Records for third parties: the payloads of the queue `partner-sync`. The envelope names the member by id alone.
//! `docs/PARTNERS.md` shows them as partners see them.

pub mod delivery;
mod notice;

pub use notice::{Notice, Unreadable};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    consent::ConsentPurpose,
    outbox::Payload,
    queue::QueueName,
    subscription::{Access, SubscriptionProvider},
};

/// A member's answer on a use of their data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ConsentRecord {
    /// The use.
    pub purpose: ConsentPurpose,
    /// Whether they agree.
    pub granted: bool,
    /// When they said so.
    #[serde(with = "crate::clock::whole_seconds")]
    pub changed_at: DateTime<Utc>,
}

impl Payload for ConsentRecord {
    const QUEUE: QueueName = QueueName::PartnerSync;
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
    #[serde(default, with = "crate::clock::whole_seconds::option")]
    pub expires_at: Option<DateTime<Utc>>,
    /// When the trial ends.
    #[serde(default, with = "crate::clock::whole_seconds::option")]
    pub trial_ends_at: Option<DateTime<Utc>>,
    /// Whether the shop will charge again.
    pub will_renew: bool,
}

impl Payload for SubscriptionRecord {
    const QUEUE: QueueName = QueueName::PartnerSync;
    const KIND: &'static str = "partner.subscription";
}

/// A member is gone for good: whoever holds something of theirs is to delete it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DeletionRecord {
    /// When it became final.
    #[serde(with = "crate::clock::whole_seconds")]
    pub deleted_at: DateTime<Utc>,
}

impl Payload for DeletionRecord {
    const QUEUE: QueueName = QueueName::PartnerSync;
    const KIND: &'static str = "partner.member-deleted";
}
