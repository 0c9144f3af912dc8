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
    /// The cycle that it closed, of the same member; unique.
    pub cycle_id: Uuid,
    /// When the member filled it in.
    pub submitted_at: DateTimeUtc,
    /// Body weight in grams.
    pub weight_grams: Option<i32>,
    /// Waist circumference in millimetres.
    pub waist_millimetres: Option<i32>,
    /// Hip circumference in millimetres.
    pub hips_millimetres: Option<i32>,
    /// Chest circumference in millimetres.
    pub chest_millimetres: Option<i32>,
    /// Energy, from 1 to 5 points.
    pub energy: i32,
    /// Quality of sleep, from 1 to 5 points.
    pub sleep: i32,
    /// At most 2,000 characters.
    pub notes: Option<String>,
}

/// Relations are written as SQL by the finders.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
