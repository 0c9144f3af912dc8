//! The table `consent`.

use sea_orm::entity::prelude::*;

use crate::{enums::ConsentPurpose, id::MemberId};

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "consent")]
pub struct Model {
    /// The owner.
    #[sea_orm(primary_key, auto_increment = false)]
    pub member_id: MemberId,
    /// The purpose.
    #[sea_orm(primary_key, auto_increment = false)]
    pub purpose: ConsentPurpose,
    /// Whether the member agrees.
    pub granted: bool,
    /// When the answer last changed.
    pub changed_at: DateTimeUtc,
}

/// Relations are written as SQL by the finders.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
