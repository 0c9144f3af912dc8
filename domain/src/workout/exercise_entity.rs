//! The table `workout_exercise`.

use sea_orm::entity::prelude::*;

use crate::id::{ExerciseId, WorkoutId};

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "workout_exercise")]
pub struct Model {
    /// The workout.
    #[sea_orm(primary_key, auto_increment = false)]
    pub workout_id: WorkoutId,
    /// The position within the workout, from 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i32,
    /// The exercise.
    pub exercise_id: ExerciseId,
    /// The number of sets.
    pub sets: i32,
    /// Repetitions per set. Either these or `seconds` are set.
    pub reps: Option<i32>,
    /// The duration of a set in seconds.
    pub seconds: Option<i32>,
    /// The rest after a set in seconds.
    pub rest_seconds: i32,
}

/// Empty: queries write their joins as SQL.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
