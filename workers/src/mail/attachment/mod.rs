//! What goes with a mail: a cycle as a calendar and as a document, from data alone.

pub(super) mod calendar;
pub(super) mod document;
pub(super) mod line;
mod plan;

pub use plan::{PlanAttachment, PlanDay, PlanMeal, PlanWorkout};
