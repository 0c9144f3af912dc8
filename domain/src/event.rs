//! Domain events, for any other service to subscribe to. `docs/EVENTS.md` has their JSON schemas.

use chrono::{DateTime, Utc};
use serde::Serialize;
use uuid::Uuid;

use crate::{Result, command::Work, id::WorkoutId, queue::QueueName};

/// Something that happened.
pub trait Event: Serialize {
    /// What it is called, such as `event.workout-completed`.
    const KIND: &'static str;
    /// Of the kind.
    const VERSION: u32 = 1;
}

/// Owes an event to whoever subscribes.
///
/// # Errors
///
/// When it is not JSON: a defect.
pub fn owe<E: Event>(work: &mut Work<'_>, event: &E) -> Result<()> {
    work.owe(QueueName::Events, E::KIND, E::VERSION, event)
}

/// A member did a scheduled workout, for the first time.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WorkoutCompleted {
    /// The cycle.
    pub cycle_id: Uuid,
    /// 1 to 28.
    pub day: u8,
    /// From 1, within the day.
    pub position: u8,
    /// What was done.
    pub workout_id: WorkoutId,
    /// When.
    pub completed_at: DateTime<Utc>,
}

impl Event for WorkoutCompleted {
    const KIND: &'static str = "event.workout-completed";
}
