//! Taking ticks off again.

use sea_orm::ConnectionTrait as _;
use serde::Serialize;

use super::open::open_cycle;
use crate::{
    command::{Command, Refusal, UserError, Work},
    database,
    id::ScheduledWorkoutId,
};

/// Takes the mark off a scheduled workout. One that is not marked stays as it is, be its day ahead or not.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct UndoCompleteWorkout {
    /// Which.
    pub scheduled_workout: ScheduledWorkoutId,
}

const ARGUMENT: &str = "scheduledWorkoutId";

impl Command for UndoCompleteWorkout {
    const NAME: &'static str = "undoCompleteWorkout";
    type Outcome = ScheduledWorkoutId;

    async fn run(&self, work: &mut Work<'_>) -> Result<ScheduledWorkoutId, Refusal> {
        let id = self.scheduled_workout;
        let (_, programme) = open_cycle(work, id.day.cycle, ARGUMENT).await?;
        let day = usize::from(id.day.number).checked_sub(1);
        let day = day.and_then(|index| programme.content.days.get(index));
        let there = day.is_some_and(|day| (1..=day.workouts.len()).contains(&id.position.into()));
        if !there {
            return Err(UserError::not_found(ARGUMENT).into());
        }
        let sql = "
            DELETE FROM workout_completion
            WHERE member_id = $1 AND cycle_id = $2 AND day = $3 AND position = $4";
        let values = [
            id.day.cycle.member.into(),
            id.day.cycle.id.into(),
            i32::from(id.day.number).into(),
            i32::from(id.position).into(),
        ];
        let statement = database::statement(sql, values);
        work.transaction().execute_raw(statement).await?;
        Ok(id)
    }
}
