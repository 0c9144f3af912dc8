//! What mails are about: the data of each, as it travels in an envelope's payload. How they read is the workers' affair.
//!
//! A letter has no name and no address of its member: both are looked up when it is written, so that they are current,
//! and so that no queue holds them. Fields may be added to a version when they are optional; anything else is a new
//! version beside the old one.

use std::fmt;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use uuid::Uuid;

use crate::{outbox::Payload, queue::QueueName, subscription::SubscriptionProvider};

/// A payload that is sent as a mail.
pub trait Letter: Payload + DeserializeOwned + Send + Sync + 'static {}

macro_rules! letters {
    ($($name:ident: $kind:literal, $version:literal, $queue:ident;)+) => {
        $(
            impl Payload for $name {
                const QUEUE: QueueName = QueueName::$queue;
                const KIND: &'static str = $kind;
                const VERSION: u32 = $version;
            }

            impl Letter for $name {}
        )+
    };
}

letters! {
    SignInCode: "email.sign-in-code", 1, EmailUrgent;
    ConfirmAddress: "email.confirm-address", 1, EmailUrgent;
    Welcome: "email.welcome", 1, Email;
    YourPlan: "email.your-plan", 1, EmailAttachments;
    CheckInDue: "email.check-in-due", 1, Email;
    CheckInReceived: "email.check-in-received", 1, Email;
    SubscriptionExpiring: "email.subscription-expiring", 1, Email;
    SubscriptionLapsed: "email.subscription-lapsed", 1, Email;
    DataExport: "email.data-export", 1, EmailAttachments;
}

/// A code to sign in with. Who gets it may not be a member yet, so it alone has an address.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SignInCode {
    /// Where it goes.
    pub address: String,
    /// The code.
    pub code: String,
    /// When it counts no more; later the letter is not sent.
    pub expires_at: DateTime<Utc>,
    /// A BCP 47 tag, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
}

/// Without address and code.
impl fmt::Debug for SignInCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SignInCode(…)")
    }
}

/// A code by which a member confirms that the address is theirs: the only mail that goes to one that is not confirmed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ConfirmAddress {
    /// The code.
    pub code: String,
    /// When it counts no more; later the letter is not sent.
    pub expires_at: DateTime<Utc>,
}

/// Without the code.
impl fmt::Debug for ConfirmAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ConfirmAddress(…)")
    }
}

/// Somebody has registered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Welcome {}

/// A cycle has begun. Its days are read when the letter is written: meals tell of diet and allergens, so no queue holds
/// them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct YourPlan {
    /// The cycle, of the envelope's member.
    pub cycle: Uuid,
}

/// A cycle's days are over, and its check-in waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CheckInDue {
    /// The cycle's number.
    pub cycle_number: i32,
    /// Day 29.
    pub opened_on: NaiveDate,
}

/// A check-in is in, and the next cycle has begun. Measures are there where the member gave them and agrees to have
/// health data worked with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CheckInReceived {
    /// The number of the cycle that it closed.
    pub cycle_number: i32,
    /// When it was filled in.
    pub submitted_at: DateTime<Utc>,
    /// Grams.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight_grams: Option<i32>,
    /// Since the check-in before, in grams.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight_change_grams: Option<i32>,
    /// Since the check-in before, in millimetres.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waist_change_millimetres: Option<i32>,
    /// The first day of the cycle that follows; `None` where none does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_starts_on: Option<NaiveDate>,
}

/// A subscription ends soon and will not be renewed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SubscriptionExpiring {
    /// When it ends.
    pub ends_at: DateTime<Utc>,
    /// Whether it is a trial.
    pub is_trial: bool,
    /// Where it was bought.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<SubscriptionProvider>,
}

/// A subscription has ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SubscriptionLapsed {
    /// When it ended.
    pub ended_at: DateTime<Utc>,
    /// Whether it was a trial.
    pub is_trial: bool,
    /// Where it was bought.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<SubscriptionProvider>,
}

/// All that is kept about a member, as they asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DataExport {
    /// When they asked.
    pub requested_at: DateTime<Utc>,
    /// Where the archive is.
    pub archive: Archive,
}

/// How an archive reaches the member.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "camelCase")]
pub enum Archive {
    /// Within the mail.
    #[serde(rename_all = "camelCase")]
    Attachment {
        /// Its key in the object store; it ends in `.zip` or `.json`.
        key: String,
    },
    /// By a link to it, for what is too large for a mail.
    #[serde(rename_all = "camelCase")]
    Link {
        /// Where it can be fetched, by whoever knows the address.
        url: String,
        /// Until when.
        expires_at: DateTime<Utc>,
    },
}

/// Without the link, which is as good as the data.
impl fmt::Debug for Archive {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Attachment { .. } => "Attachment(…)",
            Self::Link { .. } => "Link(…)",
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Archive, DataExport, SignInCode, Welcome};

    #[test]
    fn what_is_secret_is_not_shown() {
        let code = json!({"address": "ada@example.com", "code": "493817", "expiresAt": "2026-11-23T10:00:00Z"});
        let code: SignInCode = serde_json::from_value(code).unwrap();
        let archive = json!({"by": "link", "url": "https://example.com/secret", "expiresAt": "2026-11-23T10:00:00Z"});
        let export = json!({"requestedAt": "2026-11-23T10:00:00Z", "archive": archive});
        let export: DataExport = serde_json::from_value(export).unwrap();
        assert!(matches!(export.archive, Archive::Link { .. }));
        let shown = format!("{code:?} {export:?}");
        assert!(
            !shown.contains("493817") && !shown.contains("ada") && !shown.contains("secret"),
            "{shown}"
        );
    }

    #[test]
    fn fields_that_a_newer_sender_added_are_passed_over() {
        assert_eq!(
            serde_json::from_value::<Welcome>(json!({"later": 1})).unwrap(),
            Welcome {}
        );
    }
}
