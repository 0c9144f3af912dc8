//! Which programme follows from which check-in, for each row of the table in `docs/PROGRAMMES.md`, through the API. The
//! single rules are tested in `domain/src/programme/next/tests.rs`.

use serde_json::{Value, json};

use super::{change, keyed, plan, programme};
use crate::harness::{
    TestApp,
    member::{CHEN, THEO},
};

/// The programme that follows after a check-in with these answers at this time.
async fn programme_after_check_in(test: &TestApp, email: &str, at: &str, answers: Value) -> String {
    test.set_clock(at);
    let mut input = keyed(at, answers);
    input["cycleId"] = plan(test, email).await["currentCycle"]["id"].clone();
    change(test, email, "SubmitCheckIn", input).await.success();
    assert_eq!(test.take_outbox().await.len(), 4);
    programme(test, email).await
}

const DAY_29: &str = "2026-04-08T00:00:00Z";

/// Theo trains on five days at the intermediate level, as he prefers, and weighed 89.6 kg at his last check-in.
#[tokio::test]
async fn each_row_of_the_table() {
    let mut programmes = Vec::new();
    for (energy, sleep, weight, next) in [
        (1, 4, None, "INTERMEDIATE PESCATARIAN 3"),
        (5, 2, None, "INTERMEDIATE PESCATARIAN 4"),
        (5, 5, Some(86_015), "INTERMEDIATE PESCATARIAN 4"),
        (3, 4, Some(86_016), "INTERMEDIATE PESCATARIAN 5"),
        (4, 4, Some(89_600), "ADVANCED PESCATARIAN 5"),
        (4, 4, Some(89_599), "INTERMEDIATE PESCATARIAN 5"),
        (5, 5, None, "ADVANCED PESCATARIAN 5"),
    ] {
        let test = TestApp::start().await;
        let answers = json!({ "energy": energy, "sleep": sleep, "weightGrams": weight });
        let programme = programme_after_check_in(&test, THEO, DAY_29, answers.clone()).await;
        assert_eq!(programme, format!("LOSE_WEIGHT {next}"), "{answers}");
        // Different programmes have different workouts.
        let query = "{ me { plan { currentCycle { days { workouts { workout { title } } } } } } }";
        let days = test
            .graphql(THEO, query, json!({}))
            .await
            .data()
            .to_string();
        programmes.push((programme, days));
    }
    for (programme, days) in &programmes {
        for (other, theirs) in &programmes {
            assert_eq!(programme == other, days == theirs, "{programme}, {other}");
        }
    }
}

#[tokio::test]
async fn measures_count_for_who_agreed() {
    let test = TestApp::start().await;
    test.execute("DELETE FROM consent WHERE purpose = 'HEALTH_DATA'")
        .await;
    let answers = json!({ "energy": 5, "sleep": 5, "weightGrams": 86_015 });
    let next = programme_after_check_in(&test, THEO, DAY_29, answers).await;
    assert_eq!(next, "LOSE_WEIGHT ADVANCED PESCATARIAN 5");
}

#[tokio::test]
async fn what_was_preferred_meanwhile_counts() {
    let test = TestApp::start().await;
    let wanted = json!({
        "goal": "BUILD_STRENGTH", "level": "BEGINNER", "daysPerWeek": 3, "diet": "VEGAN", "allergens": ["SOY"],
    });
    change(&test, THEO, "UpdatePreferences", keyed("1", wanted))
        .await
        .success();
    let answers = json!({ "energy": 3, "sleep": 3 });
    let next = programme_after_check_in(&test, THEO, DAY_29, answers).await;
    // The goal is that of the plan.
    assert_eq!(next, "LOSE_WEIGHT BEGINNER VEGAN 3");
}

/// Preferences are stored by date, so a change on the cycle's first day replaces those with which it began.
#[tokio::test]
async fn what_was_preferred_later_on_the_first_day_counts() {
    let test = TestApp::start().await;
    let begin = json!({ "energy": 3, "sleep": 3 });
    let at = "2026-03-18T12:00:00Z";
    let first = programme_after_check_in(&test, CHEN, at, begin.clone()).await;
    assert_eq!(first, "LOSE_WEIGHT BEGINNER PESCATARIAN 2");
    let more = json!({ "daysPerWeek": 4 });
    change(&test, CHEN, "UpdatePreferences", keyed("1", more))
        .await
        .success();
    let next = programme_after_check_in(&test, CHEN, "2026-04-15T12:00:00Z", begin).await;
    assert_eq!(next, "LOSE_WEIGHT BEGINNER PESCATARIAN 4");
}

/// Chen is a beginner and trains on two days, which is the lightest programme. It gets harder from cycle to cycle, by
/// up to one level.
#[tokio::test]
async fn from_cycle_to_cycle() {
    let test = TestApp::start().await;
    // The test takes longer than Chen's subscription.
    test.execute("UPDATE subscription SET expires_at = NULL")
        .await;
    let mut programmes = Vec::new();
    for (at, energy) in [
        ("2026-03-18T12:00:00Z", 1),
        ("2026-04-16T12:00:00Z", 5),
        ("2026-05-15T12:00:00Z", 5),
        ("2026-06-13T12:00:00Z", 3),
        ("2026-07-12T12:00:00Z", 2),
    ] {
        let answers = json!({ "energy": energy, "sleep": 5 });
        programmes.push(programme_after_check_in(&test, CHEN, at, answers).await);
    }
    assert_eq!(
        programmes,
        [
            "BEGINNER",
            "INTERMEDIATE",
            "INTERMEDIATE",
            "INTERMEDIATE",
            "BEGINNER"
        ]
        .map(|level| format!("LOSE_WEIGHT {level} PESCATARIAN 2"))
    );
    let cycles = test.graphql(
        CHEN,
        "{ me { plan { cycles { number startsOn checkIn { energy } } } } }",
        json!({}),
    );
    let cycles = cycles.await.data()["me"]["plan"]["cycles"].clone();
    assert_eq!(cycles.as_array().map(Vec::len), Some(6));
    assert_eq!(
        cycles[5],
        json!({ "number": 6, "startsOn": "2026-07-12", "checkIn": null })
    );
}
