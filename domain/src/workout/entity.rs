//! The table `workout`.

use sea_orm::entity::prelude::*;

use crate::{
    enums::{Equipment, Level, WorkoutFocus},
    id::WorkoutId,
};

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "workout")]
pub struct Model {
    /// The id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: WorkoutId,
    /// Its unique name in content files.
    pub slug: String,
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
    /// URL of the image. Either all four columns of the image are set, or none.
    pub image_url: Option<String>,
    /// In pixels.
    pub image_width: Option<i32>,
    /// In pixels.
    pub image_height: Option<i32>,
    /// `BlurHash` of the image.
    pub image_blurhash: Option<String>,
    /// URL of a video.
    pub video_url: Option<String>,
    /// When it was archived, which hides it from lists; NULL while it is listed.
    pub archived_at: Option<DateTimeUtc>,
    /// The text for full-text search: [`search_text`](super::search_text).
    pub search_text: String,
}

/// Empty: queries write their joins as SQL.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
