//! The table `programme`. The database refuses changes of its rows.

use sea_orm::entity::prelude::*;

use super::ProgrammeContent;
use crate::{
    id::ProgrammeId,
    preferences::{Diet, Goal, Level},
};

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "programme")]
pub struct Model {
    /// The id, which its versions share.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ProgrammeId,
    /// From 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub version: i32,
    /// What it is for.
    pub goal: Goal,
    /// How demanding it is.
    pub level: Level,
    /// What it feeds.
    pub diet: Diet,
    /// Training days a week, 2 to 6.
    pub days_per_week: i32,
    /// Its 28 days.
    #[sea_orm(column_type = "JsonBinary")]
    pub content: ProgrammeContent,
    /// When it was published.
    pub published_at: DateTimeUtc,
}

/// Relations are written as SQL by the finders.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
