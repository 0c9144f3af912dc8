//! Days: what the programme says, with what the member did laid over it.

mod access;
mod alternative;
pub mod choice_entity;
mod complete;
pub mod completion_entity;
mod eat;
mod fit;
pub mod log;
mod menu;
mod open;
mod plan;
mod planned;
mod swap;
mod undo;

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};

use crate::{
    id::{DayId, PlannedMealId, ScheduledWorkoutId},
    nutrition::Nutrition,
    preferences::stored_enum,
    recipe::Recipe,
    workout::Workout,
};

pub use access::require_access;
pub use alternative::alternatives;
pub use complete::CompleteWorkout;
pub use eat::{RecordMeal, UnlogMeal};
pub(crate) use fit::may_serve;
pub use log::log;
pub use plan::plan;
pub use swap::{ResetMeal, SwapMeal};
pub use undo::UndoCompleteWorkout;

stored_enum! {
    /// A place for food in the day.
    MealSlot {
        /// In the morning.
        Breakfast = "BREAKFAST",
        /// At midday.
        Lunch = "LUNCH",
        /// In the evening.
        Dinner = "DINNER",
        /// In between.
        Snack = "SNACK",
    }
}

stored_enum! {
    /// How hard a workout was.
    Effort {
        /// Could have gone on for long.
        Easy = "EASY",
        /// Could still talk.
        Moderate = "MODERATE",
        /// Could hardly talk.
        Hard = "HARD",
        /// Could not have done more.
        Maximal = "MAXIMAL",
    }
}

/// A day of a cycle.
#[derive(Clone, Debug)]
pub struct Day {
    /// The id: the cycle's with the number.
    pub id: DayId,
    /// 1 to 28.
    pub number: i32,
    /// The date.
    pub date: NaiveDate,
    /// In the order of their positions.
    pub workouts: Vec<ScheduledWorkout>,
    /// In the order of slots, then positions.
    pub meals: Vec<PlannedMeal>,
    /// Of all meals together, where it is known for each.
    pub nutrition: Option<Nutrition>,
}

/// A workout on a day.
#[derive(Clone, Debug)]
pub struct ScheduledWorkout {
    /// The id: the day's with the position.
    pub id: ScheduledWorkoutId,
    /// From 1.
    pub position: i32,
    /// The workout; the one done, where it was done.
    pub workout: Arc<Workout>,
    /// When the member did it.
    pub completed_at: Option<DateTime<Utc>>,
    /// How hard it was.
    pub effort: Option<Effort>,
}

/// A meal on a day.
#[derive(Clone, Debug)]
pub struct PlannedMeal {
    /// The id: the day's with slot and position.
    pub id: PlannedMealId,
    /// The slot.
    pub slot: MealSlot,
    /// From 1, within the slot.
    pub position: i32,
    /// The recipe; the one chosen or eaten, where there is one.
    pub recipe: Arc<Recipe>,
    /// How many servings.
    pub servings: i32,
    /// When the member ate it.
    pub eaten_at: Option<DateTime<Utc>>,
}
