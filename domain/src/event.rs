//! Domain events, for any other service to subscribe to. `docs/EVENTS.md` has their JSON schemas.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use uuid::Uuid;

use crate::{
    consent::ConsentPurpose,
    id::{ProgrammeId, WorkoutId},
    outbox::Payload,
    preferences::Goal,
    queue::QueueName,
};

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
    /// The plan.
    pub plan_id: Uuid,
    /// What it is for.
    pub goal: Goal,
    /// Its first day, where the member lives.
    pub started_on: NaiveDate,
}

impl Payload for PlanStarted {
    const QUEUE: QueueName = QueueName::Events;
    const KIND: &'static str = "event.plan-started";
}

/// A cycle began: with the plan, or with the check-in of the one before.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CycleStarted {
    /// The plan.
    pub plan_id: Uuid,
    /// The cycle.
    pub cycle_id: Uuid,
    /// From 1, within the plan.
    pub number: i32,
    /// Day 1, where the member lives.
    pub starts_on: NaiveDate,
    /// What it follows.
    pub programme_id: ProgrammeId,
    /// In which version.
    pub programme_version: i32,
}

impl Payload for CycleStarted {
    const QUEUE: QueueName = QueueName::Events;
    const KIND: &'static str = "event.cycle-started";
}

/// A check-in came in, and its cycle is closed. Measures are health data, and stay here.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CheckInSubmitted {
    /// The check-in.
    pub check_in_id: Uuid,
    /// The cycle that it closed.
    pub cycle_id: Uuid,
    /// The number of that cycle.
    pub cycle_number: i32,
    /// When.
    #[serde(with = "crate::clock::whole_seconds")]
    pub submitted_at: DateTime<Utc>,
}

impl Payload for CheckInSubmitted {
    const QUEUE: QueueName = QueueName::Events;
    const KIND: &'static str = "event.check-in-submitted";
}

/// A member gave another answer than before on a use of their data.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ConsentChanged {
    /// The use.
    pub purpose: ConsentPurpose,
    /// Whether they agree.
    pub granted: bool,
    /// When they said so.
    #[serde(with = "crate::clock::whole_seconds")]
    pub changed_at: DateTime<Utc>,
}

impl Payload for ConsentChanged {
    const QUEUE: QueueName = QueueName::Events;
    const KIND: &'static str = "event.consent-changed";
}
