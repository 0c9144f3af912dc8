//! Ticking workouts off.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{Effort, open::open_day};
use crate::{
    command::{Command, Refusal, UserError, Work},
    database,
    decision::{self, About},
    event::WorkoutCompleted,
    id::ScheduledWorkoutId,
};

/// Marks a scheduled workout as done, or corrects when and how hard it was. What was decided later than this stays.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct CompleteWorkout {
    /// Which.
    pub scheduled_workout: ScheduledWorkoutId,
    /// How hard it was, where the member says so.
    pub effort: Option<Effort>,
    /// When it was done, where that is not when the member says so. Left out of the hash where it is absent, as in keys
    /// from before it was there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub completed_at: Option<DateTime<Utc>>,
}

const ARGUMENT: &str = "scheduledWorkoutId";

impl Command for CompleteWorkout {
    const NAME: &'static str = "completeWorkout";
    type Outcome = ScheduledWorkoutId;

    async fn run(&self, work: &mut Work<'_>) -> Result<ScheduledWorkoutId, Refusal> {
        let id = self.scheduled_workout;
        let day = open_day(work, id.day, ARGUMENT).await?;
        let planned = usize::from(id.position).checked_sub(1);
        let planned = planned.and_then(|place| day.workouts.get(place));
        let planned = *planned.ok_or_else(|| UserError::not_found(ARGUMENT))?;
        let completed_at = work.happened_at(self.completed_at, "completedAt")?;
        // What was done stays what was done when only time or effort are corrected. And what is there was decided no
        // earlier than it was done.
        let sql = format!(
            "{DECIDED}
            INSERT INTO workout_completion AS done
                (member_id, cycle_id, day, position, workout_id, completed_at, effort)
            SELECT $1, $4, $5, $6, $7, $8, $9
            FROM decided
            ON CONFLICT (member_id, cycle_id, day, position) DO UPDATE
            SET completed_at = excluded.completed_at, effort = excluded.effort
            WHERE done.completed_at <= $3
            RETURNING xmax = 0",
            DECIDED = decision::ONE,
        );
        let cycle = id.day.cycle;
        let decided = decision::one(cycle.member, &About::workout(id), work.occurred_at());
        let done = [
            cycle.id.into(),
            i32::from(id.day.number).into(),
            i32::from(id.position).into(),
            planned.0.into(),
            completed_at.into(),
            self.effort.into(),
        ];
        let values = decided.into_iter().chain(done);
        let statement = database::statement(sql, values);
        let row = sea_orm::ConnectionTrait::query_one_raw(work.transaction(), statement).await?;
        let first = row.map(|row| row.try_get_by_index(0)).transpose()?;
        // A correction is no second workout.
        if first == Some(true) {
            work.owe(&WorkoutCompleted {
                cycle_id: cycle.id,
                day: id.day.number,
                position: id.position,
                workout_id: planned,
                completed_at,
            })?;
        }
        Ok(id)
    }
}
