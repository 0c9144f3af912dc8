//! The table `member`.

use sea_orm::entity::prelude::*;

use super::Units;
use crate::id::MemberId;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "member")]
pub struct Model {
    /// The id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: MemberId,
    /// The issuer of the tokens that the member signs in with.
    pub issuer: String,
    /// The member, as the issuer knows them; unique with the issuer.
    pub subject: String,
    /// 1 to 80 characters.
    pub display_name: String,
    /// The email address.
    pub email: Option<String>,
    /// When the member confirmed the address.
    pub email_confirmed_at: Option<DateTimeUtc>,
    /// SHA-256 of the code that confirms the address.
    pub email_code_digest: Option<Vec<u8>>,
    /// When the code was requested.
    pub email_code_requested_at: Option<DateTimeUtc>,
    /// A BCP 47 tag.
    pub locale: String,
    /// A name of the IANA time zone database.
    pub time_zone: String,
    /// The units that the app shows measures in.
    pub units: Units,
    /// Passed to shops; unique.
    pub purchase_token: Uuid,
    /// When the member registered.
    pub created_at: DateTimeUtc,
}

/// Relations are written as SQL by the finders.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
