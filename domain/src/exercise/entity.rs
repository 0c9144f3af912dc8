//! The table `exercise`.

use sea_orm::entity::prelude::*;

use super::{Equipment, ExerciseCategory, Muscle};
use crate::{id::ExerciseId, preferences::Level};

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "exercise")]
pub struct Model {
    /// The id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ExerciseId,
    /// What names it in files of content; unique.
    pub slug: String,
    /// 1 to 120 characters.
    pub name: String,
    /// Its kind.
    pub category: ExerciseCategory,
    /// How demanding it is.
    pub level: Level,
    /// All that it needs.
    pub equipment: Vec<Equipment>,
    /// The main ones first.
    pub muscles: Vec<Muscle>,
    /// Step by step.
    pub instructions: Vec<String>,
    /// Of the picture; all four or none.
    pub image_url: Option<String>,
    /// Pixels.
    pub image_width: Option<i32>,
    /// Pixels.
    pub image_height: Option<i32>,
    /// Its `BlurHash`.
    pub image_blurhash: Option<String>,
    /// Since when it is out of the lists.
    pub archived_at: Option<DateTimeUtc>,
    /// What is searched: [`search_text`](super::search_text).
    pub search_text: String,
}

/// Relations are written as SQL by the finders.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
