//! Programmes: 28 days for a goal, a level, a diet and a number of training
//! days a week. A published version never changes.

mod choice;
pub mod entity;
mod load;
mod next;
mod reason;

use sea_orm::FromJsonQueryResult;
use serde::{Deserialize, Serialize};

use crate::{
    day::MealSlot,
    id::{ProgrammeId, RecipeId, WorkoutId},
    preferences::{Diet, Goal, Level},
};

pub use choice::{Choice, choose};
pub(crate) use load::load;
pub use next::{Answers, Load, Verdict, next_load};
pub use reason::Reason;

/// One version of a programme.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Programme {
    /// The id, which its versions share.
    pub id: ProgrammeId,
    /// From 1.
    pub version: i32,
    /// What it is for.
    pub goal: Goal,
    /// How demanding it is.
    pub level: Level,
    /// What it feeds.
    pub diet: Diet,
    /// Training days a week, 2 to 6.
    pub days_per_week: i32,
    /// Days 1 to 28, and what may replace a meal in them.
    pub content: ProgrammeContent,
}

/// What a version fixes; kept as one JSON document.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct ProgrammeContent {
    /// Day 1 first.
    pub days: Vec<ProgrammeDay>,
    /// The recipes that may stand in for one that a member excludes, in a fixed
    /// order. Part of the version, so that a new recipe never changes a cycle
    /// that has begun.
    pub replacements: Vec<RecipeId>,
}

/// What a programme says of a day.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProgrammeDay {
    /// In the order in which they are done; empty on a rest day.
    pub workouts: Vec<WorkoutId>,
    /// In the order of slots.
    pub meals: Vec<ProgrammeMeal>,
}

/// What a programme serves in a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProgrammeMeal {
    /// The slot.
    pub slot: MealSlot,
    /// The dish.
    pub recipe: RecipeId,
}
