//! Records for partners, which are third parties: the payloads of the queue `partner-sync`. The envelope identifies the
//! member by id only. `docs/PARTNERS.md` documents the requests that partners receive.

pub mod delivery;
mod record;

pub use record::PartnerRecord;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    enums::ConsentPurpose,
    outbox::Payload,
    queue::QueueName,
    subscription::{Access, SubscriptionProvider},
};

/// A member's decision on a use of their data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ConsentRecord {
    /// The use of data that the consent is about.
    pub purpose: ConsentPurpose,
    /// Whether the member consents.
    pub granted: bool,
    /// When the member decided it, in whole seconds.
    #[serde(with = "crate::clock::whole_seconds")]
    pub changed_at: DateTime<Utc>,
}

impl Payload for ConsentRecord {
    const QUEUE: QueueName = QueueName::PartnerSync;
    const KIND: &'static str = "partner.consent";
}

/// The current state of a member's subscription.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SubscriptionRecord {
    /// The access that the subscription gives.
    pub access: Access,
    /// The shop that it was bought from.
    pub provider: Option<SubscriptionProvider>,
    /// When the paid period ends.
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

/// A member's account is deleted: the partner must delete the data that it has of the member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DeletionRecord {
    /// When the deletion became final, in whole seconds.
    #[serde(with = "crate::clock::whole_seconds")]
    pub deleted_at: DateTime<Utc>,
}

impl Payload for DeletionRecord {
    const QUEUE: QueueName = QueueName::PartnerSync;
    const KIND: &'static str = "partner.member-deleted";
}
