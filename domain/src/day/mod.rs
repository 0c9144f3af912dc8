//! Days of a cycle: the content of the programme, overlaid with the member's log.

mod access;
mod alternative;
mod complete;
mod eat;
mod editable;
mod editable_meal;
pub mod log;
mod menu;
mod plan;
mod progress;
mod swap;
mod undo;

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};

use crate::{
    enums::{MealSlot, stored_enum},
    id::{DayId, PlannedMealId, ScheduledWorkoutId},
    nutrition::Nutrition,
    recipe::Recipe,
    workout::Workout,
};

pub use access::require_access;
pub use alternative::alternatives;
pub use complete::CompleteWorkout;
pub use eat::{RecordMeal, UnlogMeal};
pub use log::log;
pub use plan::plan;
pub use progress::progress;
pub use swap::{ResetMeal, SwapMeal};
pub use undo::UndoCompleteWorkout;

stored_enum! {
    /// The perceived effort of a workout.
    Effort {
        /// The member could have continued for long.
        Easy = "EASY",
        /// The member could still talk.
        Moderate = "MODERATE",
        /// The member could hardly talk.
        Hard = "HARD",
        /// The member could not have done more.
        Maximal = "MAXIMAL",
    }
}

/// A day of a cycle.
#[derive(Clone, Debug)]
pub struct Day {
    /// The ID: that of the cycle, with the number.
    pub id: DayId,
    /// The number of the day in the cycle, 1 to 28.
    pub number: i32,
    /// The date, in the member's time zone.
    pub date: NaiveDate,
    /// The workouts, in the order of their positions.
    pub workouts: Vec<ScheduledWorkout>,
    /// The meals, in the order of slots, then positions.
    pub meals: Vec<PlannedMeal>,
    /// The sum over all meals; `None` unless it is known for each.
    pub nutrition: Option<Nutrition>,
}

/// A workout on a day.
#[derive(Clone, Debug)]
pub struct ScheduledWorkout {
    /// The ID: that of the day, with the position.
    pub id: ScheduledWorkoutId,
    /// The position within the day, from 1.
    pub position: i32,
    /// The planned workout, or the one that was done.
    pub workout: Arc<Workout>,
    /// When the member completed it.
    pub completed_at: Option<DateTime<Utc>>,
    /// How hard it was, if the member has said so.
    pub effort: Option<Effort>,
}

/// A meal on a day.
#[derive(Clone, Debug)]
pub struct PlannedMeal {
    /// The ID: that of the day, with slot and position.
    pub id: PlannedMealId,
    /// The slot.
    pub slot: MealSlot,
    /// The position within the slot, from 1.
    pub position: i32,
    /// The planned recipe, or the one that was chosen or eaten.
    pub recipe: Arc<Recipe>,
    /// The number of servings.
    pub servings: i32,
    /// When the member ate it.
    pub eaten_at: Option<DateTime<Utc>>,
}
