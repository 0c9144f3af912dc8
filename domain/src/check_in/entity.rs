//! The table `check_in`.

use sea_orm::entity::prelude::*;

use crate::id::MemberId;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "check_in")]
pub struct Model {
    /// The owner.
    #[sea_orm(primary_key, auto_increment = false)]
    pub member_id: MemberId,
    /// The row; unique.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The cycle that it closed, of the same member; it has no other.
    pub cycle_id: Uuid,
    /// When it was filled in.
    pub submitted_at: DateTimeUtc,
    /// Grams.
    pub weight_grams: Option<i32>,
    /// Millimetres.
    pub waist_millimetres: Option<i32>,
    /// Millimetres.
    pub hips_millimetres: Option<i32>,
    /// Millimetres.
    pub chest_millimetres: Option<i32>,
    /// 1 to 5.
    pub energy: i32,
    /// 1 to 5.
    pub sleep: i32,
    /// At most 2,000 characters.
    pub notes: Option<String>,
}

/// Relations are written as SQL by the finders.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
