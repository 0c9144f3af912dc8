//! The table `workout`.

use sea_orm::entity::prelude::*;

use super::WorkoutFocus;
use crate::{exercise::Equipment, id::WorkoutId, preferences::Level};

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "workout")]
pub struct Model {
    /// The id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: WorkoutId,
    /// What names it in files of content; unique.
    pub slug: String,
    /// 1 to 120 characters.
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
    /// Of the picture; all four or none.
    pub image_url: Option<String>,
    /// Pixels.
    pub image_width: Option<i32>,
    /// Pixels.
    pub image_height: Option<i32>,
    /// Its `BlurHash`.
    pub image_blurhash: Option<String>,
    /// A film of it.
    pub video_url: Option<String>,
    /// Since when it is out of the lists.
    pub archived_at: Option<DateTimeUtc>,
    /// What is searched: [`search_text`](super::search_text).
    pub search_text: String,
}

/// Relations are written as SQL by the finders.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
