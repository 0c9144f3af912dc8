//! The table `programme`. The database rejects updates and deletes of its rows.

use sea_orm::entity::prelude::*;

use super::ProgrammeContent;
use crate::{
    enums::{Diet, Goal, Level},
    id::ProgrammeId,
};

/// A row: one version of a programme.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "programme")]
pub struct Model {
    /// The ID, which all versions share.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ProgrammeId,
    /// The version, from 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub version: i32,
    /// The goal that it serves.
    pub goal: Goal,
    /// How demanding it is.
    pub level: Level,
    /// The diet that its meals suit.
    pub diet: Diet,
    /// The number of training days per week, 2 to 6.
    pub days_per_week: i32,
    /// Its 28 days, and the replacements for its meals.
    #[sea_orm(column_type = "JsonBinary")]
    pub content: ProgrammeContent,
    /// When it was published.
    pub published_at: DateTimeUtc,
}

/// Empty: queries write their joins as SQL.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
