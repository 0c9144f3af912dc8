//! Members: the unit of tenancy and of authorization.

pub(crate) mod find;

pub use find::{find, find_by_subject, lock, lock_by_id};

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    database::Columns,
    email_address::EmailAddress,
    enums::stored_enum,
    id::MemberId,
    subscription::{Access, Subscription},
    viewer::Subject,
};

stored_enum! {
    /// The units that the app shows measures in.
    Units {
        /// Kilograms and centimetres.
        Metric = "METRIC",
        /// Pounds and inches.
        Imperial = "IMPERIAL",
    }
}

/// A registered member, with the access that their subscription gives now.
#[derive(Clone, Debug)]
pub struct Member {
    /// The id.
    pub id: MemberId,
    /// What the member wants to be called.
    pub display_name: String,
    /// The email address. Mail is sent there once it is confirmed. One that an earlier release stored may not be
    /// deliverable.
    pub email: Option<EmailAddress>,
    /// When the member confirmed the address. Until then only the confirmation code is sent there.
    pub email_confirmed_at: Option<DateTime<Utc>>,
    /// When the pending confirmation code was requested; `None` if none is pending.
    pub email_code_requested_at: Option<DateTime<Utc>>,
    /// A BCP 47 tag.
    pub locale: String,
    /// The time zone in which the member's days begin and end.
    pub time_zone: Tz,
    /// The units that the app shows measures in.
    pub units: Units,
    /// The access that the subscription gives now.
    pub access: Access,
    /// The effective subscription: the one whose entitlement ends last.
    pub subscription: Option<Subscription>,
    /// Passed to shops, so that purchases can be attributed to the member.
    pub purchase_token: String,
    /// The latest answer on the consent `HEALTH_DATA`; `None` if the member was never asked.
    pub health_data: Option<bool>,
    /// When the account is deleted for good; `None` unless the member has requested that.
    pub deletion_final_at: Option<DateTime<Utc>>,
}

impl Member {
    /// The columns of the table `member` that registering sets: the subject with which the member signs in, and the
    /// SHA-256 of the code that confirms the address.
    pub fn columns(
        &self,
        subject: &Subject,
        email_code_digest: Option<Vec<u8>>,
        purchase_token: Uuid,
        created_at: DateTime<Utc>,
    ) -> Columns {
        vec![
            ("id", self.id.into()),
            ("issuer", subject.issuer.as_str().into()),
            ("subject", subject.subject.as_str().into()),
            ("display_name", self.display_name.as_str().into()),
            (
                "email",
                self.email.as_ref().map(EmailAddress::as_str).into(),
            ),
            ("email_confirmed_at", self.email_confirmed_at.into()),
            ("email_code_digest", email_code_digest.into()),
            (
                "email_code_requested_at",
                self.email_code_requested_at.into(),
            ),
            ("locale", self.locale.as_str().into()),
            ("time_zone", self.time_zone.name().into()),
            ("units", self.units.into()),
            ("purchase_token", purchase_token.into()),
            ("created_at", created_at.into()),
        ]
    }
}
