//! The table `cycle`.

use sea_orm::entity::prelude::*;

use crate::{
    enums::Level,
    id::{MemberId, ProgrammeId},
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
    /// The number within the plan, from 1; unique there.
    pub number: i32,
    /// The date of day 1.
    pub starts_on: Date,
    /// The date on which its check-in closed it.
    pub closed_on: Option<Date>,
    /// The programme.
    pub programme_id: ProgrammeId,
    /// The version of the programme, pinned when the cycle began.
    pub programme_version: i32,
    /// The random seed of the choice of replacement meals.
    pub seed: i64,
    /// The level that the member wanted when it began; `None` for cycles from before this was stored.
    pub wanted_level: Option<Level>,
    /// The training days per week that the member wanted; present together with the level.
    pub wanted_days_per_week: Option<i32>,
}

/// Relations are written as SQL by the finders.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
