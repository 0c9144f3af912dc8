//! The command `completeWorkout`.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{Effort, editable::find_editable_day};
use crate::{
    command::{Command, CommandContext, CommandError, UserError},
    database,
    decision::{self, DecisionTopic},
    event::WorkoutCompleted,
    id::ScheduledWorkoutId,
};

/// Marks a scheduled workout as completed, or corrects the time and the effort. Has no effect on a workout about which
/// the member has made a later decision.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct CompleteWorkout {
    /// The workout to complete.
    pub scheduled_workout: ScheduledWorkoutId,
    /// How hard it was, if the member says so.
    pub effort: Option<Effort>,
    /// When it was done; `None` for the time of the request. It is left out of the request hash when it is absent, so
    /// that idempotency keys from before this field existed stay valid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub completed_at: Option<DateTime<Utc>>,
}

const ARGUMENT: &str = "scheduledWorkoutId";

impl Command for CompleteWorkout {
    const NAME: &'static str = "completeWorkout";
    type Output = ScheduledWorkoutId;

    async fn run(
        &self,
        context: &mut CommandContext<'_>,
    ) -> Result<ScheduledWorkoutId, CommandError> {
        let id = self.scheduled_workout;
        let day = find_editable_day(context, id.day, ARGUMENT).await?;
        let planned = usize::from(id.position).checked_sub(1);
        let planned = planned.and_then(|index| day.workouts.get(index));
        let planned = *planned.ok_or_else(|| UserError::not_found(ARGUMENT))?;
        let completed_at = context.happened_at(self.completed_at, "completedAt")?;
        // A correction of time or effort keeps the workout that was done. A stored completion was decided no earlier
        // than its `completed_at`.
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
            DECIDED = decision::RECORD_ONE,
        );
        let cycle = id.day.cycle;
        let decided = decision::record_one_values(
            cycle.member,
            &DecisionTopic::workout(id),
            context.occurred_at(),
        );
        let completion = [
            cycle.id.into(),
            i32::from(id.day.number).into(),
            i32::from(id.position).into(),
            planned.0.into(),
            completed_at.into(),
            self.effort.into(),
        ];
        let values = decided.into_iter().chain(completion);
        let statement = database::statement(sql, values);
        let row = sea_orm::ConnectionTrait::query_one_raw(context.transaction(), statement).await?;
        let inserted = row.map(|row| row.try_get_by_index(0)).transpose()?;
        // A correction is no second completion.
        if inserted == Some(true) {
            context.enqueue(&WorkoutCompleted {
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
