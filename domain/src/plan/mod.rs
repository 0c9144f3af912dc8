//! Plans: a goal that a member follows cycle by cycle.

mod end;
mod find;
mod start;
mod viewer;

pub use end::EndPlan;
pub use find::{active, find, of_members};
pub(crate) use start::no_programme;
pub use start::{StartPlan, Started};
pub use viewer::{PlanWithCycle, find_by_subject};

use chrono::NaiveDate;
use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};

use crate::{
    database::Columns,
    enums::{Goal, stored_enum},
    id::PlanId,
};

stored_enum! {
    /// The status of a plan.
    PlanStatus {
        /// Being followed; a member has at most one such plan.
        Active = "ACTIVE",
        /// No longer followed.
        Ended = "ENDED",
    }
}

/// A plan: a row of the table `plan`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The id, with the owner.
    pub id: PlanId,
    /// The goal.
    pub goal: Goal,
    /// The status.
    pub status: PlanStatus,
    /// The first day, in the member's time zone at that time.
    pub started_on: NaiveDate,
    /// The last day; `None` unless it has ended.
    pub ended_on: Option<NaiveDate>,
}

impl Plan {
    /// The columns.
    pub fn columns(&self) -> Columns {
        vec![
            ("member_id", self.id.member.into()),
            ("id", self.id.id.into()),
            ("goal", self.goal.into()),
            ("status", self.status.into()),
            ("started_on", self.started_on.into()),
            ("ended_on", self.ended_on.into()),
        ]
    }
}
