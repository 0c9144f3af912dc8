//! The table `exercise`.

use sea_orm::entity::prelude::*;

use crate::{
    enums::{Equipment, ExerciseCategory, Level, Muscle},
    id::ExerciseId,
};

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "exercise")]
pub struct Model {
    /// The id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ExerciseId,
    /// Its unique name in content files.
    pub slug: String,
    /// The name, 1 to 120 characters.
    pub name: String,
    /// Its category.
    pub category: ExerciseCategory,
    /// How demanding it is.
    pub level: Level,
    /// All equipment that it needs.
    pub equipment: Vec<Equipment>,
    /// The muscles that it trains, the main ones first.
    pub muscles: Vec<Muscle>,
    /// The instructions, step by step.
    pub instructions: Vec<String>,
    /// URL of the image. Either all four columns of the image are set, or none.
    pub image_url: Option<String>,
    /// In pixels.
    pub image_width: Option<i32>,
    /// In pixels.
    pub image_height: Option<i32>,
    /// `BlurHash` of the image.
    pub image_blurhash: Option<String>,
    /// When it was archived, which hides it from lists; NULL while it is listed.
    pub archived_at: Option<DateTimeUtc>,
    /// The text for full-text search: [`search_text`](super::search_text).
    pub search_text: String,
}

/// Empty: queries write their joins as SQL.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
