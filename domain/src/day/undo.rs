//! The command `undoCompleteWorkout`.

use sea_orm::ConnectionTrait as _;
use serde::Serialize;

use super::editable::find_editable_cycle;
use crate::{
    command::{Command, CommandContext, CommandError, UserError},
    database,
    decision::{self, DecisionTopic},
    id::ScheduledWorkoutId,
};

/// Marks a scheduled workout as not completed. Has no effect on a workout that is not completed, even on a future day,
/// or about which the member has made a later decision.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct UndoCompleteWorkout {
    /// The workout.
    pub scheduled_workout: ScheduledWorkoutId,
}

const ARGUMENT: &str = "scheduledWorkoutId";

impl Command for UndoCompleteWorkout {
    const NAME: &'static str = "undoCompleteWorkout";
    type Output = ScheduledWorkoutId;

    async fn run(
        &self,
        context: &mut CommandContext<'_>,
    ) -> Result<ScheduledWorkoutId, CommandError> {
        let id = self.scheduled_workout;
        let (_, programme) = find_editable_cycle(context, id.day.cycle, ARGUMENT).await?;
        let day = usize::from(id.day.number).checked_sub(1);
        let day = day.and_then(|index| programme.content.days.get(index));
        let exists = day.is_some_and(|day| (1..=day.workouts.len()).contains(&id.position.into()));
        if !exists {
            return Err(UserError::not_found(ARGUMENT).into());
        }
        // A stored completion was decided no earlier than its `completed_at`.
        let sql = format!(
            "{DECIDED}
            DELETE FROM workout_completion
            USING decided
            WHERE member_id = $1 AND cycle_id = $4 AND day = $5 AND position = $6 AND completed_at <= $3",
            DECIDED = decision::RECORD_ONE,
        );
        let cycle = id.day.cycle;
        let decided = decision::record_one_values(
            cycle.member,
            &DecisionTopic::workout(id),
            context.occurred_at(),
        );
        let place = [
            cycle.id.into(),
            i32::from(id.day.number).into(),
            i32::from(id.position).into(),
        ];
        let values = decided.into_iter().chain(place);
        let statement = database::statement(sql, values);
        context.transaction().execute_raw(statement).await?;
        Ok(id)
    }
}
