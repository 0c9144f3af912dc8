//! Members: the unit of tenancy and of authorization.

pub(crate) mod confirm;
mod email_address;
pub mod entity;
mod erase;
pub mod export;
mod find;
mod leave;
mod register;

pub use confirm::{CODE_INTERVAL, CODE_LIFETIME, ConfirmEmail, RequestEmailConfirmation};
pub use email_address::EmailAddress;
pub use erase::{erase, erase_due};
pub use find::{find, find_by_subject, lock, lock_by_id};
pub use leave::{DELETION_AFTER, DeleteAccount, KeepAccount};
pub use register::RegisterMember;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};

use crate::{
    id::MemberId,
    preferences::stored_enum,
    subscription::{Access, Subscription},
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

/// A registered member, with what their subscription gives them now.
#[derive(Clone, Debug)]
pub struct Member {
    /// The id.
    pub id: MemberId,
    /// What the member wants to be called.
    pub display_name: String,
    /// Where mail goes, once it is confirmed; one of an earlier release may be such that none can.
    pub email: Option<EmailAddress>,
    /// When the member confirmed it; until then nothing goes there but the confirmation.
    pub email_confirmed_at: Option<DateTime<Utc>>,
    /// When a code that confirms it was last asked for, where one is still to be told.
    pub email_code_requested_at: Option<DateTime<Utc>>,
    /// A BCP 47 tag.
    pub locale: String,
    /// Where the member's days begin and end.
    pub time_zone: Tz,
    /// The units that the app shows.
    pub units: Units,
    /// What the member may use now.
    pub access: Access,
    /// The subscription that counts: the one with the latest entitlement.
    pub subscription: Option<Subscription>,
    /// Handed to shops, so that purchases find their member.
    pub purchase_token: String,
    /// The latest answer on whether data on health may be kept and worked with; `None` for who was never asked.
    pub health_data: Option<bool>,
    /// When the account is deleted for good, where the member has asked for that.
    pub deletion_final_at: Option<DateTime<Utc>>,
}
