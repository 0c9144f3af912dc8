//! `Day`, `ScheduledWorkout` and `PlannedMeal`, and the mutations of workouts.

use coach_domain::{
    command::UserError,
    day::{CompleteWorkout, Day, PlannedMeal, ScheduledWorkout, UndoCompleteWorkout},
    id::{DayId, OpaqueId as _, PlannedMealId, ScheduledWorkoutId},
};

use crate::{Error, RequestContext, Resolvers, arguments, mutation, schedule::Schedules};

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

/// `CompleteWorkoutPayload`.
#[derive(Debug, Default)]
pub struct CompleteWorkoutPayload {
    pub(crate) scheduled_workout: Option<ScheduledWorkout>,
    pub(crate) user_errors: Vec<UserError>,
}

impl mutation::CompleteWorkout for Resolvers {
    type Value = CompleteWorkoutPayload;

    async fn resolve(
        context: &RequestContext,
        arguments: &arguments::MutationCompleteWorkout,
    ) -> Result<Self::Value, Error> {
        let input = &arguments.input;
        let rejected = |error| CompleteWorkoutPayload {
            user_errors: vec![error],
            ..CompleteWorkoutPayload::default()
        };
        let Some(scheduled_workout) = ScheduledWorkoutId::decode(&input.scheduled_workout_id)
        else {
            return Ok(rejected(UserError::not_found("scheduledWorkoutId")));
        };
        let command = CompleteWorkout {
            scheduled_workout,
            effort: input.effort.value().copied(),
            completed_at: input.completed_at.value().copied(),
        };
        let occurred_at = input.occurred_at.value().copied();
        let result = context.execute(&input.idempotency_key, occurred_at, command);
        Ok(match result.await? {
            Ok(id) => CompleteWorkoutPayload {
                scheduled_workout: self::scheduled_workout(context, id).await?,
                ..CompleteWorkoutPayload::default()
            },
            Err(error) => rejected(error),
        })
    }
}

/// `UndoCompleteWorkoutPayload`.
#[derive(Debug, Default)]
pub struct UndoCompleteWorkoutPayload {
    pub(crate) scheduled_workout: Option<ScheduledWorkout>,
    pub(crate) user_errors: Vec<UserError>,
}

impl mutation::UndoCompleteWorkout for Resolvers {
    type Value = UndoCompleteWorkoutPayload;

    async fn resolve(
        context: &RequestContext,
        arguments: &arguments::MutationUndoCompleteWorkout,
    ) -> Result<Self::Value, Error> {
        let input = &arguments.input;
        let rejected = |error| UndoCompleteWorkoutPayload {
            user_errors: vec![error],
            ..UndoCompleteWorkoutPayload::default()
        };
        let Some(scheduled_workout) = ScheduledWorkoutId::decode(&input.scheduled_workout_id)
        else {
            return Ok(rejected(UserError::not_found("scheduledWorkoutId")));
        };
        let command = UndoCompleteWorkout { scheduled_workout };
        let occurred_at = input.occurred_at.value().copied();
        let result = context.execute(&input.idempotency_key, occurred_at, command);
        Ok(match result.await? {
            Ok(id) => UndoCompleteWorkoutPayload {
                scheduled_workout: self::scheduled_workout(context, id).await?,
                ..UndoCompleteWorkoutPayload::default()
            },
            Err(error) => rejected(error),
        })
    }
}
