//! Programmes: 28 days of workouts and meals for a goal, a level, a diet and a number of training days per week. A
//! published version never changes.

mod load;

use sea_orm::{FromJsonQueryResult, FromQueryResult};
use serde::{Deserialize, Serialize};

use crate::{
    enums::{Diet, Goal, Level, MealSlot},
    id::{ProgrammeId, RecipeId, WorkoutId},
};

pub(crate) use load::load;

/// One version of a programme.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Programme {
    /// The ID, which all versions share.
    pub id: ProgrammeId,
    /// The version, from 1.
    pub version: i32,
    /// The goal that it serves.
    pub goal: Goal,
    /// How demanding it is.
    pub level: Level,
    /// The diet that its meals suit.
    pub diet: Diet,
    /// The number of training days per week, 2 to 6.
    pub days_per_week: i32,
    /// Its 28 days, and the replacements for its meals.
    pub content: ProgrammeContent,
}

/// The content of a version, stored as one JSON document.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct ProgrammeContent {
    /// The days, in order from day 1.
    pub days: Vec<ProgrammeDay>,
    /// The recipes that may replace one that a member excludes, in a fixed order. They are part of the version, so that
    /// a new recipe never changes a cycle that has begun.
    pub replacements: Vec<RecipeId>,
}

/// The content of a programme for one day.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProgrammeDay {
    /// The workouts, in the order in which they are done; empty on a rest day.
    pub workouts: Vec<WorkoutId>,
    /// The meals, in the order of slots.
    pub meals: Vec<ProgrammeMeal>,
}

/// A meal of a programme.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProgrammeMeal {
    /// The slot.
    pub slot: MealSlot,
    /// The recipe that is served.
    pub recipe: RecipeId,
}
