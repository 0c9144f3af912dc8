//! The table `plan`.

use sea_orm::entity::prelude::*;

use super::PlanStatus;
use crate::{enums::Goal, id::MemberId};

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
    /// The goal.
    pub goal: Goal,
    /// The status; at most one active plan for each member.
    pub status: PlanStatus,
    /// The first day.
    pub started_on: Date,
    /// The last day; NULL unless it has ended.
    pub ended_on: Option<Date>,
}

/// Relations are written as SQL by the finders.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
