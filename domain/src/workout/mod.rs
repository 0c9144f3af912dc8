//! Workouts.

mod load;
mod search;

pub(crate) use load::load;
pub use search::search;
pub(crate) use search::{listing, search_text};

use std::sync::Arc;

use sea_orm::FromQueryResult;

use crate::{
    enums::{Equipment, Level, WorkoutFocus},
    exercise::Exercise,
    id::WorkoutId,
    image::Image,
    url::Url,
};

/// A workout.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Workout {
    /// The id.
    pub id: WorkoutId,
    /// The title, 1 to 120 characters.
    pub title: String,
    /// A description.
    pub description: String,
    /// The duration in minutes.
    pub duration_minutes: i32,
    /// How demanding it is.
    pub level: Level,
    /// What it trains.
    pub focus: WorkoutFocus,
    /// All equipment that its exercises need, in the order of [`Equipment`].
    pub equipment: Vec<Equipment>,
    /// An image, if there is one.
    #[sea_orm(nested)]
    pub image: Option<Image>,
    /// URL of a video.
    #[sea_orm(skip)]
    pub video: Option<Url>,
    /// The exercises, in the order in which they are done.
    #[sea_orm(skip)]
    pub exercises: Vec<WorkoutExercise>,
    /// Whether it is archived: hidden from lists, but still readable by ID.
    pub archived: bool,
}

/// An exercise within a workout: by repetitions or by time.
#[derive(Clone, Debug)]
pub struct WorkoutExercise {
    /// The exercise.
    pub exercise: Arc<Exercise>,
    /// The number of sets.
    pub sets: i32,
    /// Repetitions per set.
    pub reps: Option<i32>,
    /// The duration of a set in seconds.
    pub seconds: Option<i32>,
    /// The rest after a set in seconds.
    pub rest_seconds: i32,
}
