//! The catalogue as it stands at a version: the same for everyone, changed
//! rarely, held in memory whole.

mod cache;
mod fold;
pub mod import;
mod load;
pub(crate) mod record;

use std::{collections::HashMap, sync::Arc};

use crate::{
    exercise::Exercise,
    id::{ExerciseId, ProgrammeId, RecipeId, WorkoutId},
    programme::Programme,
    recipe::Recipe,
    workout::Workout,
};

pub use cache::Cache;
pub use fold::refold;
pub use load::{load, version};

/// A version of the catalogue, archived items included.
#[derive(Debug, Default)]
pub struct Catalogue {
    /// Grows with each change.
    pub version: i64,
    /// By id.
    pub exercises: HashMap<ExerciseId, Arc<Exercise>>,
    /// By id.
    pub workouts: HashMap<WorkoutId, Arc<Workout>>,
    /// By id.
    pub recipes: HashMap<RecipeId, Arc<Recipe>>,
    /// By id and version.
    pub programmes: HashMap<(ProgrammeId, i32), Arc<Programme>>,
}
