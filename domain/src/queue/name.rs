//! The queues that there are.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// A queue of the service. Each has a queue for its dead letters, named like it with `-dlq`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum QueueName {
    /// Mail that somebody waits for, such as sign-in codes.
    EmailUrgent,
    /// Mail without attachments.
    Email,
    /// Mail with attachments, which travel as references to the object store.
    EmailAttachments,
    /// Notifications on video, and the status file that follows from them; nothing that could wait goes before them.
    Live,
    /// Records of subscriptions and consents for third parties.
    PartnerSync,
    /// Verified inbound notifications on all else.
    Webhooks,
    /// Domain events, for other services to subscribe to. An SNS topic; none of ours consumes it.
    Events,
}

impl QueueName {
    /// All of them that have a consumer of ours, in alphabetical order.
    pub const CONSUMED: [Self; 6] = [
        Self::Email,
        Self::EmailAttachments,
        Self::EmailUrgent,
        Self::Live,
        Self::PartnerSync,
        Self::Webhooks,
    ];

    /// The one of this name that has a consumer of ours, and so messages that can fail.
    pub fn consumed(text: &str) -> Option<Self> {
        let mut names = Self::CONSUMED.into_iter();
        names.find(|name| name.as_str() == text)
    }

    /// As it is written.
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
        let mut all = Self::CONSUMED.into_iter().chain([Self::Events]);
        all.find(|name| name.as_str() == text).ok_or(UnknownQueue)
    }
}
