//! Of two decisions about the same topic the one made later applies, whichever arrives last. The tests' clock is at
//! noon.

use chrono::TimeDelta;
use coach_domain::{clock::Clock as _, decision};
use serde_json::{Value, json};

use super::{
    change,
    day::{day, meal},
    keyed, member_id,
    rows::count,
};
use crate::harness::{
    GraphqlResponse, TestApp,
    member::{MAYA, NORA, THEO},
};

const EARLIER: &str = "2026-03-18T10:00:00Z";
const LATER: &str = "2026-03-18T11:00:00Z";

/// Makes a change that was decided at this time, with an idempotency key derived from all arguments.
async fn decide(
    test: &TestApp,
    email: &str,
    operation: &str,
    at: &str,
    input: Value,
) -> GraphqlResponse {
    let key = format!("{operation} {at} {input}");
    let digest = key.bytes().fold(7_u64, |hash, byte| {
        hash.wrapping_mul(31).wrapping_add(byte.into())
    });
    let mut input = keyed(&digest.to_string(), input);
    input["occurredAt"] = at.into();
    change(test, email, operation, input).await
}

async fn preferences(test: &TestApp, email: &str) -> Value {
    let query = "{ me { displayName locale units timeZone preferences { goal level diet allergens daysPerWeek } } }";
    test.graphql(email, query, json!({})).await.data()["me"].clone()
}

#[tokio::test]
async fn allergens_of_today_stay_when_a_phone_sends_those_of_yesterday() {
    let test = TestApp::start().await;
    let input = keyed("web", json!({ "allergens": ["NUTS", "PEANUTS"] }));
    change(&test, MAYA, "UpdatePreferences", input)
        .await
        .success();
    let late = json!({ "allergens": [] });
    let answer = decide(
        &test,
        MAYA,
        "UpdatePreferences",
        "2026-03-18T02:00:00Z",
        late,
    )
    .await;
    // No error: the payload shows the current value.
    let current = &answer.success()["member"]["preferences"]["allergens"];
    assert_eq!(*current, json!(["PEANUTS", "NUTS"]));
    let now = preferences(&test, MAYA).await;
    assert_eq!(now["preferences"]["allergens"], json!(["PEANUTS", "NUTS"]));
}

/// Each field of preferences and profile, with two values.
const FIELDS: [(&str, &str, [&str; 2]); 9] = [
    (
        "goal",
        "preferences",
        ["\"LOSE_WEIGHT\"", "\"BUILD_STRENGTH\""],
    ),
    ("level", "preferences", ["\"ADVANCED\"", "\"BEGINNER\""]),
    ("diet", "preferences", ["\"VEGAN\"", "\"PESCATARIAN\""]),
    ("allergens", "preferences", ["[\"SOY\"]", "[]"]),
    ("daysPerWeek", "preferences", ["6", "2"]),
    ("displayName", "", ["\"Ada\"", "\"Bea\""]),
    ("locale", "", ["\"fr-FR\"", "\"it-IT\""]),
    ("timeZone", "", ["\"Europe/Paris\"", "\"Europe/Rome\""]),
    ("units", "", ["\"IMPERIAL\"", "\"METRIC\""]),
];

fn field_of<'v>(me: &'v Value, parent: &str, field: &str) -> &'v Value {
    if parent.is_empty() {
        &me[field]
    } else {
        &me[parent][field]
    }
}

#[tokio::test]
async fn each_preference_counts_by_itself() {
    let test = TestApp::start().await;
    for (index, (field, parent, values)) in FIELDS.into_iter().enumerate() {
        let [later, earlier] =
            values.map(|text| serde_json::from_str::<Value>(text).expect("JSON"));
        let input = json!({ field: later });
        decide(&test, MAYA, "UpdatePreferences", LATER, input)
            .await
            .success();
        // The same input has another field, on which there is no later decision.
        let (other, other_parent, other_values) = FIELDS[(index + 1) % FIELDS.len()];
        let other_value: Value = serde_json::from_str(other_values[1]).expect("JSON");
        let both = json!({ field: earlier, other: other_value });
        let is_undecided = index + 1 < FIELDS.len();
        let answer = decide(&test, MAYA, "UpdatePreferences", EARLIER, both).await;
        answer.success();
        let me = preferences(&test, MAYA).await;
        assert_eq!(*field_of(&me, parent, field), later, "{field}");
        if is_undecided {
            assert_eq!(*field_of(&me, other_parent, other), other_value, "{other}");
        }
    }
}

#[tokio::test]
async fn who_decides_the_same_again_has_decided_again() {
    let test = TestApp::start().await;
    let vegan = json!({ "diet": "VEGAN" });
    for at in [EARLIER, "2026-03-18T11:45:00Z"] {
        decide(&test, MAYA, "UpdatePreferences", at, vegan.clone())
            .await
            .success();
    }
    let between = json!({ "diet": "OMNIVORE" });
    let answer = decide(&test, MAYA, "UpdatePreferences", LATER, between).await;
    assert_eq!(answer.success()["member"]["preferences"]["diet"], "VEGAN");

    let consents = |granted: bool| json!({ "consents": [{ "purpose": "PARTNER_SHARING", "granted": granted }] });
    for at in [EARLIER, "2026-03-18T11:45:00Z"] {
        decide(&test, MAYA, "UpdateConsents", at, consents(true))
            .await
            .success();
    }
    let answer = decide(&test, MAYA, "UpdateConsents", LATER, consents(false)).await;
    let answers = answer.success()["consents"]
        .as_array()
        .expect("answers")
        .clone();
    let sharing = answers.iter().find(|it| it["purpose"] == "PARTNER_SHARING");
    let sharing = sharing.expect("an answer");
    assert_eq!(sharing["granted"], true);
    // It changed with the first decision, and that is published once.
    assert_eq!(sharing["changedAt"], EARLIER);
    assert_eq!(test.take_outbox().await.len(), 2);
}

#[tokio::test]
async fn of_one_moment_what_arrives_last_counts() {
    let test = TestApp::start().await;
    for diet in ["VEGAN", "PESCATARIAN"] {
        let input = json!({ "diet": diet });
        let answer = decide(&test, MAYA, "UpdatePreferences", LATER, input).await;
        assert_eq!(answer.success()["member"]["preferences"]["diet"], diet);
    }
}

/// For preferences from before decision times were stored, only the date on which they arrived is known.
#[tokio::test]
async fn preferences_from_before_decisions_were_kept_are_of_their_date() {
    let test = TestApp::start().await;
    let nora = member_id(&test, NORA).await;
    test.execute(&format!(
        "UPDATE member_preferences SET effective_from = '2026-03-01' WHERE member_id = '{nora}';
         INSERT INTO member_preferences
         SELECT member_id, '2026-03-17', goal, level, diet, '{{SESAME}}', days_per_week
         FROM member_preferences WHERE member_id = '{nora}' ORDER BY effective_from DESC LIMIT 1"
    ))
    .await;
    let none = json!({ "allergens": [], "diet": "VEGAN" });
    // The 17th begins in Kiritimati at 10:00 UTC on the 16th.
    let answer = decide(
        &test,
        NORA,
        "UpdatePreferences",
        "2026-03-16T09:59:59Z",
        none,
    )
    .await;
    let preferences = &answer.success()["member"]["preferences"];
    assert_eq!(preferences["allergens"], json!(["SESAME"]));
    assert_eq!(preferences["diet"], "VEGAN", "that is older");
    let none = json!({ "allergens": [] });
    let answer = decide(
        &test,
        NORA,
        "UpdatePreferences",
        "2026-03-16T10:00:00Z",
        none,
    )
    .await;
    assert_eq!(
        answer.success()["member"]["preferences"]["allergens"],
        json!([])
    );
}

#[tokio::test]
async fn a_workout_is_marked_by_what_happened_later() {
    let test = TestApp::start().await;
    let of_today = async || day(&test, MAYA, "2026-03-18").await["workouts"][0].clone();
    let id = of_today().await["id"].clone();
    let mark = |effort: &str| json!({ "scheduledWorkoutId": id, "effort": effort });
    let unmark = json!({ "scheduledWorkoutId": id });
    // It is undone before it was ever completed, as far as the server knows.
    let undone = decide(&test, MAYA, "UndoCompleteWorkout", EARLIER, unmark.clone()).await;
    undone.success();
    let late = decide(
        &test,
        MAYA,
        "CompleteWorkout",
        "2026-03-18T09:00:00Z",
        mark("EASY"),
    )
    .await;
    assert_eq!(
        late.success()["scheduledWorkout"]["completedAt"],
        Value::Null
    );
    assert_eq!(test.take_outbox().await, []);

    let marked = decide(&test, MAYA, "CompleteWorkout", LATER, mark("HARD")).await;
    assert_eq!(marked.success()["scheduledWorkout"]["effort"], "HARD");
    for (operation, input) in [
        ("CompleteWorkout", mark("EASY")),
        ("UndoCompleteWorkout", unmark.clone()),
    ] {
        let late = decide(&test, MAYA, operation, "2026-03-18T10:30:00Z", input).await;
        let current = &late.success()["scheduledWorkout"];
        assert_eq!(
            (&current["completedAt"], &current["effort"]),
            (&json!(LATER), &json!("HARD")),
            "{operation}"
        );
    }
    let undone = decide(
        &test,
        MAYA,
        "UndoCompleteWorkout",
        "2026-03-18T11:30:00Z",
        unmark,
    )
    .await;
    assert_eq!(
        undone.success()["scheduledWorkout"]["completedAt"],
        Value::Null
    );
    let late = decide(
        &test,
        MAYA,
        "CompleteWorkout",
        "2026-03-18T11:15:00Z",
        mark("EASY"),
    )
    .await;
    assert_eq!(
        late.success()["scheduledWorkout"]["completedAt"],
        Value::Null
    );
    assert_eq!(test.take_outbox().await.len(), 1);
}

/// Rows written by a release that stored no decisions.
#[tokio::test]
async fn what_was_done_was_decided_no_earlier() {
    let test = TestApp::start().await;
    let workout = day(&test, MAYA, "2026-03-18").await["workouts"][0]["id"].clone();
    let lunch = meal(&test, "LUNCH").await;
    let recipe = lunch["alternatives"]["nodes"][0]["id"].clone();
    let mark = json!({ "scheduledWorkoutId": workout });
    let eat = json!({ "plannedMealId": lunch["id"] });
    let keep = json!({ "recipeId": recipe, "isFavourite": true });
    decide(&test, MAYA, "CompleteWorkout", LATER, mark.clone())
        .await
        .success();
    decide(&test, MAYA, "RecordMeal", LATER, eat.clone())
        .await
        .success();
    decide(&test, MAYA, "SetFavouriteRecipe", LATER, keep)
        .await
        .success();
    test.execute("DELETE FROM decision").await;
    let late = decide(&test, MAYA, "UndoCompleteWorkout", EARLIER, mark.clone()).await;
    assert_eq!(late.success()["scheduledWorkout"]["completedAt"], LATER);
    let late = decide(&test, MAYA, "CompleteWorkout", EARLIER, mark).await;
    assert_eq!(late.success()["scheduledWorkout"]["completedAt"], LATER);
    for operation in ["RecordMeal", "UnlogMeal"] {
        let late = decide(&test, MAYA, operation, EARLIER, eat.clone()).await;
        assert_eq!(
            late.success()["plannedMeal"]["eatenAt"],
            LATER,
            "{operation}"
        );
    }
    let drop = json!({ "recipeId": recipe, "isFavourite": false });
    let late = decide(&test, MAYA, "SetFavouriteRecipe", EARLIER, drop).await;
    assert_eq!(late.success()["recipe"]["isFavourite"], true);
    test.take_outbox().await;
}

#[tokio::test]
async fn a_meal_is_logged_by_what_happened_later() {
    let test = TestApp::start().await;
    let id = meal(&test, "LUNCH").await["id"].clone();
    let log = |servings: i64| json!({ "plannedMealId": id, "servings": servings });
    let unlog = json!({ "plannedMealId": id });
    decide(&test, MAYA, "UnlogMeal", EARLIER, unlog.clone())
        .await
        .success();
    let late = decide(&test, MAYA, "RecordMeal", "2026-03-18T09:00:00Z", log(3)).await;
    assert_eq!(late.success()["plannedMeal"]["eatenAt"], Value::Null);

    decide(&test, MAYA, "RecordMeal", LATER, log(2))
        .await
        .success();
    for (operation, input) in [("RecordMeal", log(3)), ("UnlogMeal", unlog.clone())] {
        let late = decide(&test, MAYA, operation, "2026-03-18T10:30:00Z", input).await;
        let current = &late.success()["plannedMeal"];
        assert_eq!(
            (&current["eatenAt"], &current["servings"]),
            (&json!(LATER), &json!(2)),
            "{operation}"
        );
    }
    decide(&test, MAYA, "UnlogMeal", "2026-03-18T11:30:00Z", unlog)
        .await
        .success();
    let late = decide(&test, MAYA, "RecordMeal", "2026-03-18T11:15:00Z", log(3)).await;
    assert_eq!(late.success()["plannedMeal"]["eatenAt"], Value::Null);
}

#[tokio::test]
async fn a_meal_is_swapped_by_what_was_chosen_later_and_what_was_eaten_stays() {
    let test = TestApp::start().await;
    let before = meal(&test, "LUNCH").await;
    let (id, planned) = (before["id"].clone(), before["recipe"]["id"].clone());
    let offered = |index: usize| before["alternatives"]["nodes"][index]["id"].clone();
    let swap = |recipe: &Value| json!({ "plannedMealId": id, "recipeId": recipe });
    let only = json!({ "plannedMealId": id });
    let at = async |time: &str, operation: &str, input: Value| {
        let at = format!("2026-03-18T{time}:00Z");
        decide(&test, MAYA, operation, &at, input).await
    };
    let recipe = |answer: &GraphqlResponse| answer.success()["plannedMeal"]["recipe"]["id"].clone();

    // It was reset, or swapped for the planned recipe, later than what a phone sends now.
    at("10:00", "ResetMeal", only.clone()).await.success();
    let late = at("09:00", "SwapMeal", swap(&offered(0))).await;
    assert_eq!(recipe(&late), planned);
    at("10:10", "SwapMeal", swap(&planned)).await.success();
    let late = at("10:05", "SwapMeal", swap(&offered(0))).await;
    assert_eq!(recipe(&late), planned);

    at("11:00", "SwapMeal", swap(&offered(1))).await.success();
    let late = at("10:30", "SwapMeal", swap(&offered(0))).await;
    assert_eq!(recipe(&late), offered(1));
    let late = at("10:30", "ResetMeal", only.clone()).await;
    assert_eq!(recipe(&late), offered(1));

    // Eating is another topic than choosing, so a late log is not lost.
    let eaten = at("10:45", "RecordMeal", only.clone()).await;
    assert_eq!(
        eaten.success()["plannedMeal"]["eatenAt"],
        "2026-03-18T10:45:00Z"
    );
    // A log that is later than the choice is of the chosen recipe; a choice after that is rejected.
    at("11:30", "RecordMeal", only.clone()).await.success();
    let late = at("11:15", "SwapMeal", swap(&offered(0))).await;
    assert_eq!(recipe(&late), offered(1));
    let late = at("11:15", "ResetMeal", only.clone()).await;
    assert_eq!(recipe(&late), offered(1));
    let refused = at("11:45", "SwapMeal", swap(&offered(0))).await;
    assert_eq!(refused.user_error().0, "MEAL_EATEN");
}

#[tokio::test]
async fn a_favourite_is_what_was_tapped_later() {
    let test = TestApp::start().await;
    let recipe = meal(&test, "LUNCH").await["alternatives"]["nodes"][0]["id"].clone();
    let set = async |at: &str, is: bool| {
        let input = json!({ "recipeId": recipe, "isFavourite": is });
        let answer = decide(&test, NORA, "SetFavouriteRecipe", at, input).await;
        answer.success()["recipe"]["isFavourite"].clone()
    };
    assert_eq!(set(EARLIER, false).await, false);
    assert_eq!(set("2026-03-18T09:00:00Z", true).await, false);
    assert_eq!(set(LATER, true).await, true);
    assert_eq!(set("2026-03-18T10:30:00Z", false).await, true);
    assert_eq!(set("2026-03-18T11:30:00Z", false).await, false);
    assert_eq!(set("2026-03-18T11:15:00Z", true).await, false);
}

#[tokio::test]
async fn each_answer_of_a_check_in_counts_by_itself() {
    let test = TestApp::start().await;
    let query = "{ me { checkIns { nodes { id submittedAt energy sleep weightGrams notes } } } }";
    let latest = async || {
        let answer = test.graphql(THEO, query, json!({})).await;
        answer.data()["me"]["checkIns"]["nodes"][0].clone()
    };
    let before = latest().await;
    let correct = async |at: &str, mut input: Value| {
        input["checkInId"] = before["id"].clone();
        decide(&test, THEO, "CorrectCheckIn", at, input).await
    };
    let later = json!({ "energy": 1, "notes": null });
    correct(LATER, later).await.success();
    let earlier = json!({ "energy": 5, "notes": "Was well.", "sleep": 2 });
    let answer = correct(EARLIER, earlier).await;
    let current = answer.success()["checkIn"].clone();
    let expected = (&json!(1), &json!(2), &Value::Null);
    assert_eq!(
        (&current["energy"], &current["sleep"], &current["notes"]),
        expected
    );
    // A correction from before the submission has no effect.
    test.execute("UPDATE check_in SET submitted_at = '2026-03-17T08:00:00Z'")
        .await;
    let answer = correct("2026-03-17T07:59:59Z", json!({ "weightGrams": 50_000 })).await;
    assert_eq!(
        answer.success()["checkIn"]["weightGrams"],
        before["weightGrams"]
    );
    let answer = correct("2026-03-17T08:00:00Z", json!({ "weightGrams": 50_000 })).await;
    assert_eq!(answer.success()["checkIn"]["weightGrams"], 50_000);
}

/// Allergens that a phone set before the consent to store them was withdrawn are not stored when it is online again.
#[tokio::test]
async fn forgotten_allergens_are_decided_on_when_they_are_forgotten() {
    let test = TestApp::start().await;
    let withdraw = json!({ "consents": [{ "purpose": "HEALTH_DATA", "granted": false }] });
    decide(&test, MAYA, "UpdateConsents", LATER, withdraw)
        .await
        .success();
    let erased = preferences(&test, MAYA).await["preferences"]["allergens"].clone();
    assert_eq!(erased.as_array().map(Vec::len), Some(14));
    let late = json!({ "allergens": ["NUTS"] });
    decide(&test, MAYA, "UpdatePreferences", EARLIER, late).await;
    let now = preferences(&test, MAYA).await["preferences"]["allergens"].clone();
    assert_eq!(now, erased);
    test.take_outbox().await;
}

#[tokio::test]
async fn decisions_are_kept_for_as_long_as_something_earlier_may_arrive() {
    let test = TestApp::start().await;
    let vegan = json!({ "diet": "VEGAN" });
    decide(&test, MAYA, "UpdatePreferences", EARLIER, vegan)
        .await
        .success();
    let cutoff = |offset| test.clock.now() + offset - decision::RETENTION;
    let purge = async |before| {
        decision::PURGE
            .run(&*test.pool, before, 10)
            .await
            .expect("run")
    };
    assert_eq!(purge(cutoff(TimeDelta::days(28))).await, 0);
    assert_eq!(count(&test, "decision").await, 1);
    assert_eq!(purge(cutoff(TimeDelta::days(29))).await, 1);
    assert_eq!(count(&test, "decision").await, 0);
}
