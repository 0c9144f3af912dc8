//! Workouts.

pub mod entity;
pub mod exercise_entity;
mod load;
mod search;

pub(crate) use load::load;
pub use search::{WorkoutFilter, search, search_text};

use std::sync::Arc;

use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};

use crate::{
    exercise::{Equipment, Exercise},
    id::WorkoutId,
    image::Image,
    preferences::{Level, stored_enum},
    url::Url,
};

stored_enum! {
    /// What a workout trains.
    WorkoutFocus {
        /// All of the body.
        FullBody = "FULL_BODY",
        /// From the hips up.
        UpperBody = "UPPER_BODY",
        /// From the hips down.
        LowerBody = "LOWER_BODY",
        /// The trunk.
        Core = "CORE",
        /// Heart and lungs.
        Cardio = "CARDIO",
        /// Reach.
        Mobility = "MOBILITY",
    }
}

/// A workout.
#[derive(Clone, Debug)]
pub struct Workout {
    /// The id.
    pub id: WorkoutId,
    /// Its title.
    pub title: String,
    /// What it is about.
    pub description: String,
    /// How long it takes.
    pub duration_minutes: i32,
    /// How demanding it is.
    pub level: Level,
    /// What it trains.
    pub focus: WorkoutFocus,
    /// All that its exercises need, in the order of [`Equipment`].
    pub equipment: Vec<Equipment>,
    /// A picture.
    pub image: Option<Image>,
    /// A film of it.
    pub video: Option<Url>,
    /// In the order in which they are done.
    pub exercises: Vec<WorkoutExercise>,
    /// Whether it is out of the lists; it can still be read by id.
    pub archived: bool,
}

/// An exercise within a workout: by repetitions or by time.
#[derive(Clone, Debug)]
pub struct WorkoutExercise {
    /// The exercise.
    pub exercise: Arc<Exercise>,
    /// How many sets.
    pub sets: i32,
    /// Repetitions in a set.
    pub reps: Option<i32>,
    /// Seconds of a set.
    pub seconds: Option<i32>,
    /// Seconds of rest after a set.
    pub rest_seconds: i32,
}
