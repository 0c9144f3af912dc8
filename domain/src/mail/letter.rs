//! The payloads of letters, which are emails to members. The workers have the templates that render them.
//!
//! A letter contains neither the name nor the address of its member: both are looked up when it is rendered, so that
//! they are current, and so that no queue holds them. Optional fields may be added within a version; any other change
//! needs a new version beside the old one.

use std::fmt;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use uuid::Uuid;

use crate::{outbox::Payload, queue::QueueName, subscription::SubscriptionProvider};

/// A payload that is sent as an email.
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

/// A code to sign in with. The recipient may not be a member yet, so this is the only letter with an address.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SignInCode {
    /// The recipient's email address.
    pub address: String,
    /// The code, as the identity provider generated it.
    pub code: String,
    /// When the code expires; the letter is not sent after that.
    pub expires_at: DateTime<Utc>,
    /// The recipient's language as a BCP 47 tag, if it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
}

/// Omits the address and the code.
impl fmt::Debug for SignInCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SignInCode(…)")
    }
}

/// A code by which a member confirms their email address. The only letter to a member's unconfirmed address.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ConfirmAddress {
    /// The code that the member has to enter.
    pub code: String,
    /// When the code expires; the letter is not sent after that.
    pub expires_at: DateTime<Utc>,
}

/// Omits the code.
impl fmt::Debug for ConfirmAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ConfirmAddress(…)")
    }
}

/// A member has registered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Welcome {}

/// A cycle has begun. Its days are read when the letter is rendered: meals reveal diet and allergens, so no queue may
/// hold them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct YourPlan {
    /// The cycle, which belongs to the envelope's member.
    pub cycle: Uuid,
}

/// A cycle's days are over, and its check-in is open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CheckInDue {
    /// The number of the cycle within the plan, from 1.
    pub cycle_number: i32,
    /// The date of day 29, on which the check-in opened.
    pub opened_on: NaiveDate,
}

/// A check-in was submitted, and the next cycle has begun. Measurements are included if the member entered them and
/// consents to the processing of health data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CheckInReceived {
    /// The number of the cycle that the check-in closed.
    pub cycle_number: i32,
    /// When the member submitted it.
    pub submitted_at: DateTime<Utc>,
    /// The body weight, in grams.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight_grams: Option<i32>,
    /// The change of weight since the previous check-in, in grams.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight_change_grams: Option<i32>,
    /// The change of the waist since the previous check-in, in millimetres.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waist_change_millimetres: Option<i32>,
    /// The first day of the next cycle; `None` if there is none.
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
    /// The shop that it was bought from.
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
    /// The shop that it was bought from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<SubscriptionProvider>,
}

/// The export of all data that is stored about a member, which the member requested.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DataExport {
    /// When the member requested it.
    pub requested_at: DateTime<Utc>,
    /// The archive with the data.
    pub archive: Archive,
}

/// How an archive is delivered to the member.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "camelCase")]
pub enum Archive {
    /// As an attachment of the email.
    #[serde(rename_all = "camelCase")]
    Attachment {
        /// The archive's key in the object store, which ends in `.zip` or `.json`.
        key: String,
    },
    /// By a link, if the archive is too large for an email.
    #[serde(rename_all = "camelCase")]
    Link {
        /// The presigned URL: anyone who has it can download the archive.
        url: String,
        /// When the link expires.
        expires_at: DateTime<Utc>,
    },
}

/// Omits the link, since anyone who has it can download the data.
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
    fn debug_output_has_no_secrets() {
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
    fn unknown_fields_of_newer_senders_are_ignored() {
        assert_eq!(
            serde_json::from_value::<Welcome>(json!({"later": 1})).unwrap(),
            Welcome {}
        );
    }
}
