//! Completing a workout, and undoing that.

use serde_json::{Value, json};

use super::{
    JourneyResult,
    client::{Client, user_error},
    member::TestMember,
    report::Finding,
    today,
};

const CALENDAR: &str = include_str!("../../../../schema/operations/CycleCalendar.graphql");
const COMPLETE: &str = include_str!("../../../../schema/operations/CompleteWorkout.graphql");
const UNDO: &str = include_str!("../../../../schema/operations/UndoCompleteWorkout.graphql");

pub(super) async fn run(client: &Client, member: &TestMember<'_>) -> JourneyResult {
    member.profile().await?;
    let opened = today::open(client).await?;
    let cycle = today::cycle(&opened);
    let Some(last) = last_day(cycle) else {
        return Ok(Finding::skipped("the test member's cycle has not begun"));
    };
    let calendar = client.send(CALENDAR, json!({})).await?;
    let days = &calendar.at(&["me", "plan", "currentCycle"])["days"];
    let Some(workout) = open_workout(days, last) else {
        return Ok(Finding::skipped(
            "no workout up to today is open; there is one on the next training day",
        ));
    };
    let input = || json!({ "scheduledWorkoutId": workout });
    let completed = change(client, COMPLETE, "completeWorkout", input(), true).await;
    // Also when it is not known whether it is completed.
    let undone = change(client, UNDO, "undoCompleteWorkout", input(), false).await;
    completed?;
    undone.map_err(|why| format!("{why}; the workout stays completed"))?;
    Ok(Finding::Done)
}

/// The number of the last day that has come; `None` before the first.
fn last_day(cycle: &Value) -> Option<i64> {
    if cycle["checkInDue"] == true {
        return Some(i64::MAX);
    }
    cycle["today"]["number"].as_i64()
}

/// The id of the latest workout up to a day that is not completed.
fn open_workout(days: &Value, last: i64) -> Option<&str> {
    let days = days.as_array()?.iter().rev();
    let mut come = days.filter(|day| day["number"].as_i64().is_some_and(|number| number <= last));
    come.find_map(|day| {
        let mut workouts = day["workouts"].as_array()?.iter();
        workouts.find(|workout| workout["completedAt"].is_null())?["id"].as_str()
    })
}

/// Makes a change, and checks that the workout is then completed, or not.
async fn change(
    client: &Client,
    document: &str,
    mutation: &str,
    input: Value,
    is_completed: bool,
) -> Result<(), String> {
    let payload = client.change(document, mutation, input).await?;
    if let Some((code, message)) = user_error(&payload) {
        return Err(format!("`{mutation}` was refused with {code}: {message}"));
    }
    let workout = &payload["scheduledWorkout"];
    if workout.is_null() || workout["completedAt"].is_null() == is_completed {
        return Err(format!("`{mutation}` was accepted, and changed nothing"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{last_day, open_workout};

    #[test]
    fn the_latest_open_workout_that_has_come_is_taken() {
        let workout = |id: &str, at: Option<&str>| json!({ "id": id, "completedAt": at });
        let days = json!([
            { "number": 1, "workouts": [workout("a", None)] },
            { "number": 2, "workouts": [workout("b", Some("2026-03-18T12:00:00Z")), workout("c", None)] },
            { "number": 3, "workouts": [] },
            { "number": 4, "workouts": [workout("d", None)] },
        ]);
        assert_eq!(open_workout(&days, 3), Some("c"));
        assert_eq!(open_workout(&days, 1), Some("a"));
        assert_eq!(open_workout(&days, i64::MAX), Some("d"));
        assert_eq!(open_workout(&days, 0), None);
        assert_eq!(open_workout(&json!([]), 3), None);
        assert_eq!(
            last_day(&json!({ "checkInDue": true, "today": null })),
            Some(i64::MAX)
        );
        assert_eq!(
            last_day(&json!({ "checkInDue": false, "today": null })),
            None
        );
        assert_eq!(
            last_day(&json!({ "checkInDue": false, "today": { "number": 9 } })),
            Some(9)
        );
    }
}
