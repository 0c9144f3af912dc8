//! Serialization of ids: opaque strings in the API.

use coach_domain::id::{
    CheckInId, CycleId, DayId, ExerciseId, LiveSessionId, MemberId, OpaqueId, PlanId,
    PlannedMealId, RecipeId, ScheduledWorkoutId, WorkoutId,
};
use coach_execution::{Completed, Output, PlannedField, Value, leaf};

use crate::types;

macro_rules! ids {
    ($($id:ty),+ $(,)?) => {$(
        impl<R> Output<types::ID, R> for $id {
            fn complete<'r>(&self, _: &'r PlannedField, _: &'r R) -> Completed<'r> {
                leaf(Value::String(self.encode()))
            }
        }
    )+};
}

ids!(
    MemberId,
    PlanId,
    CycleId,
    DayId,
    ScheduledWorkoutId,
    PlannedMealId,
    CheckInId,
    RecipeId,
    WorkoutId,
    ExerciseId,
    LiveSessionId,
);
