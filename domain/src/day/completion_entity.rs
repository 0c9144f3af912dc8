//! The table `workout_completion`.

use sea_orm::entity::prelude::*;

use super::Effort;
use crate::id::{MemberId, WorkoutId};

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "workout_completion")]
pub struct Model {
    /// The owner.
    #[sea_orm(primary_key, auto_increment = false)]
    pub member_id: MemberId,
    /// The cycle, of the same member.
    #[sea_orm(primary_key, auto_increment = false)]
    pub cycle_id: Uuid,
    /// 1 to 28.
    #[sea_orm(primary_key, auto_increment = false)]
    pub day: i32,
    /// From 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i32,
    /// What was done.
    pub workout_id: WorkoutId,
    /// When.
    pub completed_at: DateTimeUtc,
    /// How hard it was.
    pub effort: Option<Effort>,
}

/// Relations are written as SQL by the finders.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
