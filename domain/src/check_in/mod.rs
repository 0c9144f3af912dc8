//! Check-ins: a member's answers on how a cycle went.

mod correct;
mod due;
mod find;
mod history;
mod next;
mod submit;

pub use crate::answers::{CheckInAnswers, CheckInPatch};
pub use correct::CorrectCheckIn;
pub(crate) use due::check_ins_due;
pub use due::count_due;
pub use find::{changes, find, of_cycles};
pub use history::pages;
pub use submit::{SubmitCheckIn, Submitted};

use std::ops::Deref;

use chrono::{DateTime, Utc};

use crate::{
    database::Columns,
    id::{CheckInId, CycleId},
};

/// A check-in: a row of the table `check_in`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckIn {
    /// The id, with the owner.
    pub id: CheckInId,
    /// The cycle that it closed.
    pub cycle_id: CycleId,
    /// When the member filled it in.
    pub submitted_at: DateTime<Utc>,
    /// The answers.
    pub answers: CheckInAnswers,
}

/// In the contract the answers are fields of the check-in.
impl Deref for CheckIn {
    type Target = CheckInAnswers;

    fn deref(&self) -> &CheckInAnswers {
        &self.answers
    }
}

impl CheckIn {
    /// The columns.
    pub fn columns(&self) -> Columns {
        let mut columns = self.answers.columns();
        columns.extend([
            ("member_id", self.id.member.into()),
            ("id", self.id.id.into()),
            ("cycle_id", self.cycle_id.id.into()),
            ("submitted_at", self.submitted_at.into()),
        ]);
        columns
    }
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
