//! `completeWorkout`: inserts a row, and enqueues an event.

use coach_domain::id::OpaqueId as _;
use serde_json::json;

use super::{Kind, NewOperation, Request, World};

pub(super) const KIND: Kind = Kind {
    name: "completeWorkout",
    weight: 8,
    make,
    marks_sql: "
        SELECT 'workout_completion ' || done.cycle_id || '/' || day || '/' || position
        FROM workout_completion AS done
        JOIN torture.person ON person.id = done.member_id
        UNION ALL
        SELECT kind || ' ' || (payload ->> 'cycleId') || '/' || (payload ->> 'day') || '/' || (payload ->> 'position')
        FROM torture.owed
        WHERE kind = 'event.workout-completed'",
};

const DOCUMENT: &str = include_str!("../../../schema/operations/CompleteWorkout.graphql");

fn make(world: &mut World, _: u32) -> anyhow::Result<Option<NewOperation>> {
    let Some(workout) = world.workouts.pop() else {
        return Ok(None);
    };
    let (id, day) = (workout.id, workout.id.day);
    let place = format!("{}/{}/{}", day.cycle.id, day.number, id.position);
    Ok(Some(NewOperation {
        request: Request::Mutation {
            token: world.token(&workout.subject)?,
            document: DOCUMENT,
            field: "completeWorkout",
            input: json!({ "scheduledWorkoutId": id.encode(), "effort": "HARD" }),
        },
        marks: vec![
            format!("workout_completion {place}"),
            format!("event.workout-completed {place}"),
        ],
    }))
}
