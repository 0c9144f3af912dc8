//! `Day`, `ScheduledWorkout` and `PlannedMeal`, and the mutations of workouts.

use coach_domain::{
    day::{CompleteWorkout, Day, PlannedMeal, ScheduledWorkout, UndoCompleteWorkout},
    id::{DayId, PlannedMealId, ScheduledWorkoutId},
};

use crate::{
    Error, MutationError, RequestContext, Resolvers,
    command::decode,
    input, mutation,
    patch::optional,
    payload::{CompleteWorkoutPayload, UndoCompleteWorkoutPayload},
    schedule::Schedules,
};

/// A day of a cycle that the caller may see.
pub(crate) async fn find(context: &RequestContext, id: DayId) -> Result<Option<Day>, Error> {
    let schedules = Schedules::load(context, &[id.cycle]).await?;
    match schedules.get(id.cycle) {
        Some(schedule) => Ok(schedule.day(id.number)?),
        None => Ok(None),
    }
}

/// A workout on a day of a cycle that the caller may see.
pub(crate) async fn scheduled_workout(
    context: &RequestContext,
    id: ScheduledWorkoutId,
) -> Result<Option<ScheduledWorkout>, Error> {
    let workouts = find(context, id.day).await?.map(|day| day.workouts);
    let mut workouts = workouts.into_iter().flatten();
    Ok(workouts.find(|workout| workout.id == id))
}

/// A meal on a day of a cycle that the caller may see.
pub(crate) async fn planned_meal(
    context: &RequestContext,
    id: PlannedMealId,
) -> Result<Option<PlannedMeal>, Error> {
    let meals = find(context, id.day).await?.map(|day| day.meals);
    let mut meals = meals.into_iter().flatten();
    Ok(meals.find(|meal| meal.id == id))
}

impl mutation::CompleteWorkout for Resolvers {
    async fn resolve(
        context: &RequestContext,
        input: &input::CompleteWorkoutInput,
    ) -> Result<CompleteWorkoutPayload, MutationError> {
        let command = CompleteWorkout {
            scheduled_workout: decode(&input.scheduled_workout_id, "scheduledWorkoutId")?,
            effort: optional(&input.effort),
            completed_at: optional(&input.completed_at),
        };
        Ok(CompleteWorkoutPayload {
            scheduled_workout: context.change(input, command, scheduled_workout).await?,
            ..Default::default()
        })
    }
}

impl mutation::UndoCompleteWorkout for Resolvers {
    async fn resolve(
        context: &RequestContext,
        input: &input::UndoCompleteWorkoutInput,
    ) -> Result<UndoCompleteWorkoutPayload, MutationError> {
        let command = UndoCompleteWorkout {
            scheduled_workout: decode(&input.scheduled_workout_id, "scheduledWorkoutId")?,
        };
        Ok(UndoCompleteWorkoutPayload {
            scheduled_workout: context.change(input, command, scheduled_workout).await?,
            ..Default::default()
        })
    }
}
