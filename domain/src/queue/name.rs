//! The names of the queues.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// A queue of the service. Its dead letter queue has the same name with the suffix `-dlq`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum QueueName {
    /// Mail that the recipient waits for, such as sign-in codes.
    EmailUrgent,
    /// Mail without attachments.
    Email,
    /// Mail with attachments, which travel as references to the object store.
    EmailAttachments,
    /// Inbound video webhooks, and publication of the live status file. Separate, so that nothing less urgent delays
    /// them.
    Live,
    /// Records of subscriptions and consents for third parties.
    PartnerSync,
    /// All other verified inbound webhooks.
    Webhooks,
    /// Domain events, for other services to subscribe to: an SNS topic, without a consumer in this service.
    Events,
}

impl QueueName {
    /// The queues with a consumer in this service, in alphabetical order.
    pub const CONSUMED: [Self; 6] = [
        Self::Email,
        Self::EmailAttachments,
        Self::EmailUrgent,
        Self::Live,
        Self::PartnerSync,
        Self::Webhooks,
    ];

    /// All queues.
    pub fn all() -> impl Iterator<Item = Self> {
        Self::CONSUMED.into_iter().chain([Self::Events])
    }

    /// The queue of this name, if it has a consumer in this service and so can have dead letters.
    pub fn consumed(text: &str) -> Option<Self> {
        let mut names = Self::CONSUMED.into_iter();
        names.find(|name| name.as_str() == text)
    }

    /// The name, such as `email-urgent`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::EmailUrgent => "email-urgent",
            Self::Email => "email",
            Self::EmailAttachments => "email-attachments",
            Self::Live => "live",
            Self::PartnerSync => "partner-sync",
            Self::Webhooks => "webhooks",
            Self::Events => "events",
        }
    }
}

impl fmt::Display for QueueName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// There is no queue of this name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the queues are email, email-attachments, email-urgent, live, partner-sync, webhooks and events"
)]
pub struct UnknownQueue;

impl FromStr for QueueName {
    type Err = UnknownQueue;

    fn from_str(text: &str) -> Result<Self, UnknownQueue> {
        Self::all()
            .find(|name| name.as_str() == text)
            .ok_or(UnknownQueue)
    }
}
