//! Check-ins: a member's answers on how a cycle went.

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
    /// When the member filled it in.
    pub submitted_at: DateTime<Utc>,
    /// Body weight in grams.
    pub weight_grams: Option<i32>,
    /// Waist circumference in millimetres.
    pub waist_millimetres: Option<i32>,
    /// Hip circumference in millimetres.
    pub hips_millimetres: Option<i32>,
    /// Chest circumference in millimetres.
    pub chest_millimetres: Option<i32>,
    /// Energy, from 1 to 5 points.
    pub energy: i32,
    /// Quality of sleep, from 1 to 5 points.
    pub sleep: i32,
    /// Free text, at most 2,000 characters.
    pub notes: Option<String>,
}

/// The difference between two check-ins, the later minus the earlier; `None` where either lacks the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckInChange {
    /// Weight in grams.
    pub weight_grams: Option<i32>,
    /// Waist in millimetres.
    pub waist_millimetres: Option<i32>,
    /// Hips in millimetres.
    pub hips_millimetres: Option<i32>,
    /// Chest in millimetres.
    pub chest_millimetres: Option<i32>,
    /// Energy in points.
    pub energy: Option<i32>,
    /// Sleep in points.
    pub sleep: Option<i32>,
}
