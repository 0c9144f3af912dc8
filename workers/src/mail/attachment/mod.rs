//! Attachments of mail: a cycle as a calendar and as a PDF.

pub(super) mod calendar;
pub(super) mod document;
pub(super) mod line;
mod plan;

pub use plan::{PlanAttachment, PlanDay, PlanMeal, PlanWorkout};
