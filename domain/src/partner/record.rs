//! Decoding of the records, and the rules for which of them partners may receive.

use serde::Serialize;
use serde_json::Value;

use super::{ConsentRecord, DeletionRecord, SubscriptionRecord};
use crate::{
    enums::ConsentPurpose,
    outbox::{Decode, DecodeError, Payload as _},
};

/// A record for partners.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum PartnerRecord {
    /// A member's decision on a use of their data.
    Consent(ConsentRecord),
    /// The current state of a subscription.
    Subscription(SubscriptionRecord),
    /// The deletion of a member's account.
    Deletion(DeletionRecord),
}

impl Decode for PartnerRecord {
    fn decode(kind: &str, version: u32, payload: &Value) -> Result<Self, DecodeError> {
        match kind {
            ConsentRecord::KIND => Decode::decode(kind, version, payload).map(Self::Consent),
            SubscriptionRecord::KIND => {
                Decode::decode(kind, version, payload).map(Self::Subscription)
            }
            DeletionRecord::KIND => Decode::decode(kind, version, payload).map(Self::Deletion),
            _ => Err(DecodeError::UnknownKind),
        }
    }
}

impl PartnerRecord {
    /// The event type that partners receive.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Consent(_) => "consent.updated",
            Self::Subscription(_) => "subscription.updated",
            Self::Deletion(_) => "member.deleted",
        }
    }

    /// Whether [`may_be_shared`](Self::may_be_shared) depends on the member's consents.
    pub const fn requires_consent(&self) -> bool {
        match self {
            Self::Consent(record) => record.granted,
            Self::Subscription(_) => true,
            Self::Deletion(_) => false,
        }
    }

    /// Whether partners may receive the record. `granted` has the purposes that the member consents to now; it is empty
    /// for a deleted member.
    ///
    /// Withdrawals and deletions are always shared, since whoever holds the data must learn of them (GDPR, articles 7
    /// and 19). A grant is shared only while it holds: the order of records is not guaranteed, and a partner that acts
    /// on a late one would do what the member has forbidden. Anything else is shared for the partner's own purposes,
    /// which the member consents to as `PARTNER_SHARING`.
    pub fn may_be_shared(&self, granted: &[ConsentPurpose]) -> bool {
        match self {
            Self::Consent(record) => !record.granted || granted.contains(&record.purpose),
            Self::Subscription(_) => granted.contains(&ConsentPurpose::PartnerSharing),
            Self::Deletion(_) => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use serde_json::json;

    use super::*;
    use crate::subscription::Access;

    fn consent(purpose: ConsentPurpose, granted: bool) -> PartnerRecord {
        PartnerRecord::Consent(ConsentRecord {
            purpose,
            granted,
            changed_at: DateTime::UNIX_EPOCH,
        })
    }

    fn granted(decisions: &[(ConsentPurpose, bool)]) -> Vec<ConsentPurpose> {
        let granted = decisions.iter().filter(|(_, granted)| *granted);
        granted.map(|(purpose, _)| *purpose).collect()
    }

    const SUBSCRIPTION: PartnerRecord = PartnerRecord::Subscription(SubscriptionRecord {
        access: Access::Active,
        provider: None,
        expires_at: None,
        trial_ends_at: None,
        will_renew: true,
    });

    const DELETION: PartnerRecord = PartnerRecord::Deletion(DeletionRecord {
        deleted_at: DateTime::UNIX_EPOCH,
    });

    #[test]
    fn withdrawals_and_deletions_are_always_shared() {
        let none = granted(&[]);
        for end in [consent(ConsentPurpose::HealthData, false), DELETION] {
            assert!(
                !end.requires_consent() && end.may_be_shared(&none),
                "{end:?}"
            );
        }
        // Even if the member has consented again since.
        let again = granted(&[(ConsentPurpose::PartnerSharing, true)]);
        assert!(consent(ConsentPurpose::PartnerSharing, false).may_be_shared(&again));
    }

    #[test]
    fn a_grant_is_shared_while_it_holds() {
        let grant = consent(ConsentPurpose::MarketingEmail, true);
        assert!(grant.requires_consent());
        assert!(grant.may_be_shared(&granted(&[(ConsentPurpose::MarketingEmail, true)])));
        for consents in [
            granted(&[]),
            granted(&[(ConsentPurpose::MarketingEmail, false)]),
            granted(&[(ConsentPurpose::PartnerSharing, true)]),
        ] {
            assert!(!grant.may_be_shared(&consents), "{consents:?}");
        }
    }

    #[test]
    fn a_subscription_is_shared_by_consent_to_sharing_alone() {
        let sharing = |answer| granted(&[(ConsentPurpose::PartnerSharing, answer)]);
        assert!(SUBSCRIPTION.requires_consent());
        assert!(SUBSCRIPTION.may_be_shared(&sharing(true)));
        assert!(!SUBSCRIPTION.may_be_shared(&sharing(false)));
        assert!(!SUBSCRIPTION.may_be_shared(&granted(&[(ConsentPurpose::HealthData, true)])));
        assert!(!SUBSCRIPTION.may_be_shared(&granted(&[])));
    }

    #[test]
    fn a_record_is_decoded_as_it_was_enqueued() {
        for (record, kind) in [
            (
                consent(ConsentPurpose::HealthData, true),
                ConsentRecord::KIND,
            ),
            (SUBSCRIPTION, SubscriptionRecord::KIND),
            (DELETION, DeletionRecord::KIND),
        ] {
            let payload = serde_json::to_value(&record).unwrap();
            let decoded = PartnerRecord::decode(kind, 1, &payload);
            assert_eq!(decoded, Ok(record));
        }
    }

    #[test]
    fn an_unknown_kind_and_a_malformed_payload_are_different_errors() {
        for (kind, version) in [("partner.consent", 2), ("partner.mood", 1), ("", 1)] {
            let decoded = PartnerRecord::decode(kind, version, &json!({}));
            assert_eq!(decoded, Err(DecodeError::UnknownKind), "{kind} {version}");
        }
        let malformed = PartnerRecord::decode("partner.consent", 1, &json!({ "granted": true }));
        assert_eq!(malformed, Err(DecodeError::Malformed("partner.consent")));
    }
}
