//! The records as a consumer meets them, and what may be told of them.

use serde::{Serialize, de::DeserializeOwned};

use super::{ConsentRecord, DeletionRecord, SubscriptionRecord};
use crate::{
    consent::{Consent, ConsentPurpose},
    outbox::Payload as _,
    queue::Envelope,
};

/// One of the records.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Notice {
    /// An answer on a use of data.
    Consent(ConsentRecord),
    /// A subscription.
    Subscription(SubscriptionRecord),
    /// The end of a membership.
    Deletion(DeletionRecord),
}

/// Why an envelope holds no record.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// Of a kind or version that this program does not know: a newer one may.
    #[error("the kind or version is not known")]
    Unknown,
    /// Not what kind and version define.
    #[error("the payload is not that of its kind: {0}")]
    Malformed(String),
}

impl Notice {
    /// From the envelope's payload.
    ///
    /// # Errors
    ///
    /// When it cannot be read by this version.
    pub fn read(envelope: &Envelope) -> Result<Self, Unreadable> {
        let known = |kind, version| (envelope.kind.as_str(), envelope.version) == (kind, version);
        if known(ConsentRecord::KIND, ConsentRecord::VERSION) {
            payload(envelope).map(Self::Consent)
        } else if known(SubscriptionRecord::KIND, SubscriptionRecord::VERSION) {
            payload(envelope).map(Self::Subscription)
        } else if known(DeletionRecord::KIND, DeletionRecord::VERSION) {
            payload(envelope).map(Self::Deletion)
        } else {
            Err(Unreadable::Unknown)
        }
    }

    /// What partners know it by.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Consent(_) => "consent.updated",
            Self::Subscription(_) => "subscription.updated",
            Self::Deletion(_) => "member.deleted",
        }
    }

    /// Whether it depends on the member's answers whether partners may have it.
    pub const fn wants_consent(&self) -> bool {
        match self {
            Self::Consent(record) => record.granted,
            Self::Subscription(_) => true,
            Self::Deletion(_) => false,
        }
    }

    /// Whether partners may have it, by the member's answers as they are now; none for a member who is gone.
    ///
    /// What ends the use of data is always told: whoever has some must learn of it (GDPR, articles 7 and 19). That a
    /// use was granted is told only while it is, since the order of records is not kept and a partner that acts on a
    /// late one would do what the member has forbidden. Anything else is handed over for the partner's own purposes,
    /// which is what the member is asked about as `PARTNER_SHARING`.
    pub fn may_be_told(&self, consents: &[Consent]) -> bool {
        let granted = |purpose: ConsentPurpose| {
            let mut answers = consents.iter();
            answers.any(|answer| answer.purpose == purpose && answer.granted)
        };
        match self {
            Self::Consent(record) => !record.granted || granted(record.purpose),
            Self::Subscription(_) => granted(ConsentPurpose::PartnerSharing),
            Self::Deletion(_) => true,
        }
    }
}

fn payload<T: DeserializeOwned>(envelope: &Envelope) -> Result<T, Unreadable> {
    T::deserialize(&envelope.payload).map_err(|error| Unreadable::Malformed(error.to_string()))
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use serde_json::json;
    use uuid::Uuid;

    use super::*;
    use crate::subscription::Access;

    fn envelope(kind: &str, version: u32, payload: serde_json::Value) -> Envelope {
        Envelope {
            id: Uuid::nil(),
            kind: kind.to_owned(),
            version,
            occurred_at: DateTime::UNIX_EPOCH,
            sequence: 0,
            member: None,
            trace: None,
            payload,
            payload_at: None,
        }
    }

    fn consent(purpose: ConsentPurpose, granted: bool) -> Notice {
        Notice::Consent(ConsentRecord {
            purpose,
            granted,
            changed_at: DateTime::UNIX_EPOCH,
        })
    }

    fn answers(given: &[(ConsentPurpose, bool)]) -> Vec<Consent> {
        let answers = given.iter().map(|(purpose, granted)| Consent {
            purpose: *purpose,
            granted: *granted,
            changed_at: DateTime::UNIX_EPOCH,
        });
        answers.collect()
    }

    const SUBSCRIPTION: Notice = Notice::Subscription(SubscriptionRecord {
        access: Access::Active,
        provider: None,
        expires_at: None,
        trial_ends_at: None,
        will_renew: true,
    });

    const DELETION: Notice = Notice::Deletion(DeletionRecord {
        deleted_at: DateTime::UNIX_EPOCH,
    });

    #[test]
    fn an_end_is_always_told() {
        let nobody = answers(&[]);
        for end in [consent(ConsentPurpose::HealthData, false), DELETION] {
            assert!(!end.wants_consent() && end.may_be_told(&nobody), "{end:?}");
        }
        // Whatever was said since.
        let again = answers(&[(ConsentPurpose::PartnerSharing, true)]);
        assert!(consent(ConsentPurpose::PartnerSharing, false).may_be_told(&again));
    }

    #[test]
    fn a_grant_is_told_while_it_holds() {
        let given = consent(ConsentPurpose::MarketingEmail, true);
        assert!(given.wants_consent());
        assert!(given.may_be_told(&answers(&[(ConsentPurpose::MarketingEmail, true)])));
        for answers in [
            answers(&[]),
            answers(&[(ConsentPurpose::MarketingEmail, false)]),
            answers(&[(ConsentPurpose::PartnerSharing, true)]),
        ] {
            assert!(!given.may_be_told(&answers), "{answers:?}");
        }
    }

    #[test]
    fn a_subscription_is_told_by_consent_to_sharing_alone() {
        let sharing = |granted| answers(&[(ConsentPurpose::PartnerSharing, granted)]);
        assert!(SUBSCRIPTION.wants_consent());
        assert!(SUBSCRIPTION.may_be_told(&sharing(true)));
        assert!(!SUBSCRIPTION.may_be_told(&sharing(false)));
        assert!(!SUBSCRIPTION.may_be_told(&answers(&[(ConsentPurpose::HealthData, true)])));
        assert!(!SUBSCRIPTION.may_be_told(&answers(&[])));
    }

    #[test]
    fn a_record_comes_back_as_it_was_owed() {
        for (notice, kind) in [
            (
                consent(ConsentPurpose::HealthData, true),
                ConsentRecord::KIND,
            ),
            (SUBSCRIPTION, SubscriptionRecord::KIND),
            (DELETION, DeletionRecord::KIND),
        ] {
            let payload = serde_json::to_value(&notice).unwrap();
            assert_eq!(Notice::read(&envelope(kind, 1, payload)), Ok(notice));
        }
    }

    #[test]
    fn what_is_not_known_differs_from_what_is_wrong() {
        for (kind, version) in [("partner.consent", 2), ("partner.mood", 1), ("", 1)] {
            let read = Notice::read(&envelope(kind, version, json!({})));
            assert_eq!(read, Err(Unreadable::Unknown), "{kind} {version}");
        }
        let read = Notice::read(&envelope("partner.consent", 1, json!({ "granted": true })));
        assert!(matches!(read, Err(Unreadable::Malformed(_))), "{read:?}");
    }
}
