//! Serialization of ids: opaque strings in the API.

use coach_domain::id::{
    CheckInId, CycleId, DayId, ExerciseId, LiveSessionId, MemberId, OpaqueId, PlanId,
    PlannedMealId, RecipeId, ScheduledWorkoutId, WorkoutId,
};
use coach_execution::{Output, PlannedField, Writer, Written};

use uuid::Uuid;

use crate::types;

macro_rules! ids {
    ($($id:ty),+ $(,)?) => {$(
        impl<R> Output<types::ID, R> for $id {
            fn write<'r>(
                &self,
                _: &'r PlannedField,
                _: &'r R,
                out: &mut Writer<'r, R>,
            ) -> Written {
                out.plain_text(self.opaque())
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

/// The id of a row that is no `Node`, as logs and the subcommands of `coach` show it.
impl<R> Output<types::ID, R> for Uuid {
    fn write<'r>(&self, _: &'r PlannedField, _: &'r R, out: &mut Writer<'r, R>) -> Written {
        out.plain_text(self)
    }
}

/// The id of what a queue keeps, as the queue has it.
impl<R> Output<types::ID, R> for String {
    fn write<'r>(&self, _: &'r PlannedField, _: &'r R, out: &mut Writer<'r, R>) -> Written {
        out.json(self)
    }
}
