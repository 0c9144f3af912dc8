//! Plans: a goal, followed cycle by cycle.

mod end;
pub mod entity;
mod find;
mod start;

pub use end::EndPlan;
pub use find::{active, find, of_members};
pub(crate) use start::no_programme;
pub use start::{StartPlan, Started};

use chrono::NaiveDate;
use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};

use crate::{
    id::PlanId,
    preferences::{Goal, stored_enum},
};

stored_enum! {
    /// Whether a plan is followed.
    PlanStatus {
        /// It is; a member has one such plan at most.
        Active = "ACTIVE",
        /// It was.
        Ended = "ENDED",
    }
}

/// A plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The id, with the owner.
    pub id: PlanId,
    /// What it is for.
    pub goal: Goal,
    /// Whether it is followed.
    pub status: PlanStatus,
    /// Its first day, in the member's time zone then.
    pub started_on: NaiveDate,
    /// Its last day.
    pub ended_on: Option<NaiveDate>,
}
