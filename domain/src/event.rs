//! Domain events, for other services to subscribe to. `docs/EVENTS.md` has their JSON schemas.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use uuid::Uuid;

use crate::{
    enums::{ConsentPurpose, Goal},
    id::{ProgrammeId, WorkoutId},
    outbox::Payload,
    queue::QueueName,
};

/// A member completed a scheduled workout, for the first time.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WorkoutCompleted {
    /// The cycle that the workout was scheduled in.
    pub cycle_id: Uuid,
    /// The day of the cycle, from 1 to 28.
    pub day: u8,
    /// The position within the day, from 1.
    pub position: u8,
    /// The workout of the catalogue.
    pub workout_id: WorkoutId,
    /// When the member completed it, in whole seconds.
    #[serde(with = "crate::clock::whole_seconds")]
    pub completed_at: DateTime<Utc>,
}

impl Payload for WorkoutCompleted {
    const QUEUE: QueueName = QueueName::Events;
    const KIND: &'static str = "event.workout-completed";
}

/// A member began to follow a plan.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PlanStarted {
    /// The plan that started.
    pub plan_id: Uuid,
    /// The goal of the plan.
    pub goal: Goal,
    /// The plan's first day, in the member's time zone.
    pub started_on: NaiveDate,
}

impl Payload for PlanStarted {
    const QUEUE: QueueName = QueueName::Events;
    const KIND: &'static str = "event.plan-started";
}

/// A cycle began: with the start of the plan, or with the check-in of the cycle before.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CycleStarted {
    /// The plan that the cycle belongs to.
    pub plan_id: Uuid,
    /// The cycle that began.
    pub cycle_id: Uuid,
    /// The number of the cycle within the plan, from 1.
    pub number: i32,
    /// The date of day 1, in the member's time zone.
    pub starts_on: NaiveDate,
    /// The programme that the cycle follows.
    pub programme_id: ProgrammeId,
    /// The version of the programme.
    pub programme_version: i32,
}

impl Payload for CycleStarted {
    const QUEUE: QueueName = QueueName::Events;
    const KIND: &'static str = "event.cycle-started";
}

/// A member submitted a check-in, which closed its cycle. The event has no measurements, since these are health data.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CheckInSubmitted {
    /// The check-in that was submitted.
    pub check_in_id: Uuid,
    /// The cycle that the check-in closed.
    pub cycle_id: Uuid,
    /// The number of this cycle within the plan, from 1.
    pub cycle_number: i32,
    /// When the member submitted it, in whole seconds.
    #[serde(with = "crate::clock::whole_seconds")]
    pub submitted_at: DateTime<Utc>,
}

impl Payload for CheckInSubmitted {
    const QUEUE: QueueName = QueueName::Events;
    const KIND: &'static str = "event.check-in-submitted";
}

/// A member granted or withdrew consent to a use of their data.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ConsentChanged {
    /// The use of data that the consent is about.
    pub purpose: ConsentPurpose,
    /// Whether the member consents.
    pub granted: bool,
    /// When the member decided it, in whole seconds.
    #[serde(with = "crate::clock::whole_seconds")]
    pub changed_at: DateTime<Utc>,
}

impl Payload for ConsentChanged {
    const QUEUE: QueueName = QueueName::Events;
    const KIND: &'static str = "event.consent-changed";
}
