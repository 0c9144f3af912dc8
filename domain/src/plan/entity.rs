//! The table `plan`.

use sea_orm::entity::prelude::*;

use super::PlanStatus;
use crate::{id::MemberId, preferences::Goal};

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "plan")]
pub struct Model {
    /// The owner.
    #[sea_orm(primary_key, auto_increment = false)]
    pub member_id: MemberId,
    /// The row; unique.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// What it is for.
    pub goal: Goal,
    /// One active at most for each member.
    pub status: PlanStatus,
    /// Its first day.
    pub started_on: Date,
    /// Its last day; there when it has ended.
    pub ended_on: Option<Date>,
}

/// Relations are written as SQL by the finders.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
