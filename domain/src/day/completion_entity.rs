//! The table `workout_completion`.

use sea_orm::entity::prelude::*;

use super::Effort;
use crate::id::{MemberId, WorkoutId};

/// A row: a workout that the member completed.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "workout_completion")]
pub struct Model {
    /// The owner.
    #[sea_orm(primary_key, auto_increment = false)]
    pub member_id: MemberId,
    /// The cycle, of the same member.
    #[sea_orm(primary_key, auto_increment = false)]
    pub cycle_id: Uuid,
    /// The number of the day in the cycle, 1 to 28.
    #[sea_orm(primary_key, auto_increment = false)]
    pub day: i32,
    /// The position within the day, from 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i32,
    /// The workout that was done.
    pub workout_id: WorkoutId,
    /// When it was done.
    pub completed_at: DateTimeUtc,
    /// How hard it was, if the member has said so.
    pub effort: Option<Effort>,
}

/// Empty: queries write their joins as SQL.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
