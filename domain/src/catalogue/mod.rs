//! The catalogue of exercises, workouts, recipes and programmes: the same for all members, rarely changed, and cached
//! whole in memory.

mod cache;
pub mod columns;
mod count;
mod load;
mod search_text;

use std::{collections::HashMap, sync::Arc};

use crate::{
    exercise::Exercise,
    id::{ExerciseId, ProgrammeId, RecipeId, WorkoutId},
    programme::Programme,
    recipe::Recipe,
    workout::Workout,
};

pub use cache::Cache;
pub use count::count;
pub use load::{load, version};
pub use search_text::rebuild_search_text;

/// A version of the catalogue, including archived items.
#[derive(Debug, Default)]
pub struct Catalogue {
    /// The version, which increases with each change.
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
