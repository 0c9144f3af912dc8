//! Members: the unit of tenancy and of authorization.

mod email_address;
pub mod entity;
mod erase;
pub mod export;
mod find;
mod leave;
mod register;

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
    /// Where mail goes; one of an earlier release may be such that none can.
    pub email: Option<EmailAddress>,
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
    /// When the account is deleted for good, where the member has asked for that.
    pub deletion_final_at: Option<DateTime<Utc>>,
}
