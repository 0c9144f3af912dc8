//! `completeWorkout` and `undoCompleteWorkout`.

use serde_json::{Value, json};

use super::{change, day, past, rows::count};
use crate::harness::{TestApp, kinds, member};

const TODAY: &str = "2026-03-18";

async fn todays(test: &TestApp) -> Value {
    day(test, member::MAYA, TODAY).await["workouts"][0].clone()
}

#[tokio::test]
async fn a_workout_is_ticked_off_corrected_and_taken_back() {
    let test = TestApp::start().await;
    let before = todays(&test).await;
    assert_eq!(before["completedAt"], Value::Null);
    let input =
        json!({ "idempotencyKey": "1", "scheduledWorkoutId": before["id"], "effort": "HARD" });
    let first = change(&test, member::MAYA, "CompleteWorkout", input.clone()).await;
    let workout = &first.success()["scheduledWorkout"];
    assert_eq!(
        (&workout["completedAt"], &workout["effort"]),
        (&json!("2026-03-18T12:00:00Z"), &json!("HARD"))
    );
    assert_eq!(workout["workout"]["id"], before["workout"]["id"]);
    // A retry after a lost response.
    let again = change(&test, member::MAYA, "CompleteWorkout", input).await;
    assert_eq!(again.body, first.body);

    let correction = json!({ "idempotencyKey": "2", "scheduledWorkoutId": before["id"],
        "completedAt": "2026-03-18T08:30:00+01:00" });
    let corrected = change(&test, member::MAYA, "CompleteWorkout", correction).await;
    let workout = &corrected.success()["scheduledWorkout"];
    assert_eq!(
        (&workout["completedAt"], &workout["effort"]),
        (&json!("2026-03-18T07:30:00Z"), &Value::Null)
    );
    // Neither in the future, nor longer ago than accepted.
    for at in ["2026-03-18T12:00:00.000001Z", "2026-03-04T11:59:59Z"] {
        let input =
            json!({ "idempotencyKey": "k", "scheduledWorkoutId": before["id"], "completedAt": at });
        let refused = change(&test, member::MAYA, "CompleteWorkout", input).await;
        let expected = ("OUT_OF_RANGE", "input.completedAt".to_owned());
        assert_eq!(refused.user_error(), expected);
    }
    // A correction enqueues no second event.
    let enqueued = test.take_outbox().await;
    assert_eq!(kinds(&enqueued), ["event.workout-completed"]);
    let event = &enqueued[0].envelope.payload;
    assert_eq!((&event["day"], &event["position"]), (&json!(12), &json!(1)));

    for key in ["3", "3", "4"] {
        let undo = json!({ "idempotencyKey": key, "scheduledWorkoutId": before["id"] });
        let undone = change(&test, member::MAYA, "UndoCompleteWorkout", undo).await;
        assert_eq!(
            undone.success()["scheduledWorkout"]["completedAt"],
            Value::Null
        );
    }
    assert_eq!(todays(&test).await, before);
    assert_eq!(count(&test, "idempotency_key").await, 4);
    assert_eq!(test.take_outbox().await, []);
}

#[tokio::test]
async fn what_cannot_be_ticked_off_says_why() {
    let test = TestApp::start().await;
    let mine = todays(&test).await["id"].clone();
    let mut tomorrow = json!(null);
    for date in ["2026-03-19", "2026-03-20"] {
        // One of them may be a rest day.
        let workout = day(&test, member::MAYA, date).await["workouts"][0].clone();
        if workout["id"].is_string() {
            tomorrow = workout["id"].clone();
        }
    }
    let theirs = past(&test, member::THEO, "2026-01-20", "workouts").await;
    let ended = past(&test, member::RAVI, "2026-02-10", "workouts").await;
    let lapsed = past(&test, member::LARA, "2026-03-05", "workouts").await;
    for operation in ["CompleteWorkout", "UndoCompleteWorkout"] {
        for (email, id, code) in [
            (member::MAYA, &theirs[0], "NOT_FOUND"),
            (member::MAYA, &json!("swk_x"), "NOT_FOUND"),
            (member::THEO, &theirs[0], "CYCLE_CLOSED"),
            (member::RAVI, &ended[0], "PLAN_ENDED"),
            (member::UNREGISTERED, &mine, "NOT_REGISTERED"),
        ] {
            let input = json!({ "idempotencyKey": "k", "scheduledWorkoutId": id });
            let refused = change(&test, email, operation, input).await;
            let path = if code == "NOT_REGISTERED" {
                ""
            } else {
                "input.scheduledWorkoutId"
            };
            assert_eq!(
                refused.user_error(),
                (code, path.to_owned()),
                "{operation} by {email}"
            );
        }
        let input = json!({ "idempotencyKey": "k", "scheduledWorkoutId": lapsed[0] });
        let refused = change(&test, member::LARA, operation, input).await;
        assert_eq!(refused.user_error().0, "SUBSCRIPTION_REQUIRED");
        for at in ["2026-03-18T12:06:00Z", "2026-03-04T11:59:59Z"] {
            let input =
                json!({ "idempotencyKey": "k", "scheduledWorkoutId": mine, "occurredAt": at });
            let refused = change(&test, member::MAYA, operation, input).await;
            assert_eq!(
                refused.user_error(),
                ("OUT_OF_RANGE", "input.occurredAt".to_owned())
            );
        }
    }
    let future = json!({ "idempotencyKey": "k", "scheduledWorkoutId": tomorrow });
    let refused = change(&test, member::MAYA, "CompleteWorkout", future.clone()).await;
    assert_eq!(refused.user_error().0, "DAY_NOT_REACHED");
    assert_eq!(count(&test, "idempotency_key").await, 0);
    assert_eq!(test.take_outbox().await, []);
    // Undoing what was not completed succeeds.
    change(&test, member::MAYA, "UndoCompleteWorkout", future.clone())
        .await
        .success();
    // The key has been used now.
    let reused = change(&test, member::MAYA, "CompleteWorkout", future).await;
    assert_eq!(
        reused.user_error(),
        ("IDEMPOTENCY_KEY_REUSED", "input.idempotencyKey".to_owned())
    );
}
