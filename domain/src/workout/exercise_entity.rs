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
    /// From 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i32,
    /// The exercise.
    pub exercise_id: ExerciseId,
    /// How many sets.
    pub sets: i32,
    /// Repetitions in a set; either these or `seconds`.
    pub reps: Option<i32>,
    /// Seconds of a set.
    pub seconds: Option<i32>,
    /// Seconds of rest after a set.
    pub rest_seconds: i32,
}

/// Relations are written as SQL by the finders.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
