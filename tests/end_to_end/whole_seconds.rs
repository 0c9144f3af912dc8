//! Times for clients and other systems are in whole seconds. The harness checks every response and every message in the
//! outbox.

use serde_json::{Value, json};

use crate::{
    harness::{TestApp, kinds, member},
    writes::{change, day},
};

/// A time with a fraction of a second.
const NOW: &str = "2026-03-18T12:00:00.987654Z";

async fn change_successfully(test: &TestApp, email: &str, operation: &str, input: Value) -> Value {
    let mut input = input;
    input["idempotencyKey"] = json!(operation);
    let answer = change(test, email, operation, input).await;
    answer.success().clone()
}

#[tokio::test]
async fn nothing_that_others_read_has_a_fraction() {
    let test = TestApp::start().await;
    test.set_clock(NOW);
    let today = day(&test, member::MAYA, "2026-03-18").await;
    let workout = &today["workouts"][0]["id"];
    let completed =
        json!({ "scheduledWorkoutId": workout, "completedAt": "2026-03-18T11:00:00.5+00:00" });
    let completed = change_successfully(&test, member::MAYA, "CompleteWorkout", completed).await;
    assert_eq!(
        completed["scheduledWorkout"]["completedAt"],
        "2026-03-18T11:00:00Z"
    );
    let consents = json!({ "consents": [{ "purpose": "PARTNER_SHARING", "granted": true }] });
    let consents = change_successfully(&test, member::MAYA, "UpdateConsents", consents).await;
    assert!(
        consents.to_string().contains("2026-03-18T12:00:00Z"),
        "{consents}"
    );
    let cycle = "{ me { plan { currentCycle { id } } } }";
    let cycle = test.graphql(member::CHEN, cycle, json!({})).await;
    let cycle = &cycle.data()["me"]["plan"]["currentCycle"]["id"];
    let answers = json!({ "cycleId": cycle, "energy": 3, "sleep": 3 });
    let check_in = change_successfully(&test, member::CHEN, "SubmitCheckIn", answers).await;
    assert_eq!(check_in["checkIn"]["submittedAt"], "2026-03-18T12:00:00Z");
    change_successfully(&test, member::THEO, "DeleteAccount", json!({})).await;
    let enqueued = test.take_outbox().await;
    let kinds = kinds(&enqueued);
    for kind in [
        "event.workout-completed",
        "event.consent-changed",
        "event.check-in-submitted",
        "partner.consent",
    ] {
        assert!(kinds.contains(&kind), "{kind} is not among {kinds:?}");
    }
}
