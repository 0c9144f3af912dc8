//! Taking ticks off again.

use sea_orm::ConnectionTrait as _;
use serde::Serialize;

use super::open::open_cycle;
use crate::{
    command::{Command, Refusal, UserError, Work},
    database,
    decision::{self, About},
    id::ScheduledWorkoutId,
};

/// Takes the mark off a scheduled workout. One that is not marked stays as it is, be its day ahead or not, and so does what
/// was decided later than this.
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
        // What is there was decided no earlier than it was done.
        let sql = format!(
            "{DECIDED}
            DELETE FROM workout_completion
            USING decided
            WHERE member_id = $1 AND cycle_id = $4 AND day = $5 AND position = $6 AND completed_at <= $3",
            DECIDED = decision::ONE,
        );
        let cycle = id.day.cycle;
        let decided = decision::one(cycle.member, &About::workout(id), work.occurred_at());
        let place = [
            cycle.id.into(),
            i32::from(id.day.number).into(),
            i32::from(id.position).into(),
        ];
        let values = decided.into_iter().chain(place);
        let statement = database::statement(sql, values);
        work.transaction().execute_raw(statement).await?;
        Ok(id)
    }
}
