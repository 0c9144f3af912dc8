//! Check-ins: how a cycle went.

mod correct;
pub mod entity;
mod find;
mod history;
mod measures;
mod next;
mod submit;

pub use correct::CorrectCheckIn;
pub use find::{changes, find, of_cycles};
pub use history::pages;
pub use submit::{SubmitCheckIn, Submitted};

use chrono::{DateTime, Utc};

use crate::id::{CheckInId, CycleId};

/// A check-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckIn {
    /// The id, with the owner.
    pub id: CheckInId,
    /// The cycle that it closed.
    pub cycle_id: CycleId,
    /// When it was filled in.
    pub submitted_at: DateTime<Utc>,
    /// Grams.
    pub weight_grams: Option<i32>,
    /// Millimetres.
    pub waist_millimetres: Option<i32>,
    /// Millimetres.
    pub hips_millimetres: Option<i32>,
    /// Millimetres.
    pub chest_millimetres: Option<i32>,
    /// 1 to 5.
    pub energy: i32,
    /// 1 to 5.
    pub sleep: i32,
    /// What the member wants to add.
    pub notes: Option<String>,
}

/// Later minus earlier; `None` where either lacks the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckInChange {
    /// Grams.
    pub weight_grams: Option<i32>,
    /// Millimetres.
    pub waist_millimetres: Option<i32>,
    /// Millimetres.
    pub hips_millimetres: Option<i32>,
    /// Millimetres.
    pub chest_millimetres: Option<i32>,
    /// Points of 5.
    pub energy: Option<i32>,
    /// Points of 5.
    pub sleep: Option<i32>,
}
