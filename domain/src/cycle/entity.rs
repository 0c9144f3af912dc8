//! The table `cycle`.

use sea_orm::entity::prelude::*;

use crate::{
    id::{MemberId, ProgrammeId},
    preferences::Level,
};

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "cycle")]
pub struct Model {
    /// The owner.
    #[sea_orm(primary_key, auto_increment = false)]
    pub member_id: MemberId,
    /// The row; unique.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The plan, of the same member.
    pub plan_id: Uuid,
    /// From 1, within the plan; unique there.
    pub number: i32,
    /// Day 1.
    pub starts_on: Date,
    /// When its check-in closed it.
    pub closed_on: Option<Date>,
    /// The programme.
    pub programme_id: ProgrammeId,
    /// The version, for good.
    pub programme_version: i32,
    /// What replacements are chosen by.
    pub seed: i64,
    /// The level that the member wanted when it began; `None` for cycles from before this was kept.
    pub wanted_level: Option<Level>,
    /// The training days that they wanted; there with the level.
    pub wanted_days_per_week: Option<i32>,
}

/// Relations are written as SQL by the finders.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
