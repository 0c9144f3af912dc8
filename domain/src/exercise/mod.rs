//! Exercises.

mod load;
mod search;

pub use load::find;
pub(crate) use load::load;
pub use search::search;
pub(crate) use search::{listing, search_text};

use sea_orm::FromQueryResult;

use crate::{
    enums::{Equipment, ExerciseCategory, Level, Muscle},
    id::ExerciseId,
    image::Image,
};

/// An exercise.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Exercise {
    /// The id.
    pub id: ExerciseId,
    /// The name, 1 to 120 characters.
    pub name: String,
    /// Its category.
    pub category: ExerciseCategory,
    /// How demanding it is.
    pub level: Level,
    /// All equipment that it needs; empty for none.
    pub equipment: Vec<Equipment>,
    /// The muscles that it trains, the main ones first.
    pub muscles: Vec<Muscle>,
    /// The instructions, step by step.
    pub instructions: Vec<String>,
    /// An image, if there is one.
    #[sea_orm(nested)]
    pub image: Option<Image>,
    /// Whether it is archived: hidden from lists, but still readable by ID.
    pub archived: bool,
}
