//! Of two decisions about one thing the later one counts, whichever arrives last. The tests' clock stands at noon.

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
    Answer, TestApp,
    member::{MAYA, NORA, THEO},
};

const EARLIER: &str = "2026-03-18T10:00:00Z";
const LATER: &str = "2026-03-18T11:00:00Z";

/// A change that was decided at a moment, with a key made of all of it.
async fn decide(test: &TestApp, email: &str, operation: &str, at: &str, input: Value) -> Answer {
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
    test.ask(email, query, json!({})).await.data()["me"].clone()
}

#[tokio::test]
async fn allergens_of_today_stay_when_a_phone_sends_those_of_yesterday() {
    let test = TestApp::start().await;
    let input = keyed("web", json!({ "allergens": ["NUTS", "PEANUTS"] }));
    change(&test, MAYA, "UpdatePreferences", input).await.done();
    let late = json!({ "allergens": [] });
    let answer = decide(
        &test,
        MAYA,
        "UpdatePreferences",
        "2026-03-18T02:00:00Z",
        late,
    )
    .await;
    // No error: the answer shows what stands.
    let stands = &answer.done()["member"]["preferences"]["allergens"];
    assert_eq!(*stands, json!(["PEANUTS", "NUTS"]));
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

fn of<'v>(me: &'v Value, within: &str, field: &str) -> &'v Value {
    if within.is_empty() {
        &me[field]
    } else {
        &me[within][field]
    }
}

#[tokio::test]
async fn each_preference_counts_by_itself() {
    let test = TestApp::start().await;
    for (place, (field, within, values)) in FIELDS.into_iter().enumerate() {
        let [later, earlier] =
            values.map(|text| serde_json::from_str::<Value>(text).expect("JSON"));
        let input = json!({ field: later });
        decide(&test, MAYA, "UpdatePreferences", LATER, input)
            .await
            .done();
        // The same patch has something on which nobody has decided later.
        let (other, other_within, other_values) = FIELDS[(place + 1) % FIELDS.len()];
        let other_value: Value = serde_json::from_str(other_values[1]).expect("JSON");
        let both = json!({ field: earlier, other: other_value });
        let is_free = place + 1 < FIELDS.len();
        let answer = decide(&test, MAYA, "UpdatePreferences", EARLIER, both).await;
        answer.done();
        let me = preferences(&test, MAYA).await;
        assert_eq!(*of(&me, within, field), later, "{field}");
        if is_free {
            assert_eq!(*of(&me, other_within, other), other_value, "{other}");
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
            .done();
    }
    let between = json!({ "diet": "OMNIVORE" });
    let answer = decide(&test, MAYA, "UpdatePreferences", LATER, between).await;
    assert_eq!(answer.done()["member"]["preferences"]["diet"], "VEGAN");

    let consents = |granted: bool| json!({ "consents": [{ "purpose": "PARTNER_SHARING", "granted": granted }] });
    for at in [EARLIER, "2026-03-18T11:45:00Z"] {
        decide(&test, MAYA, "UpdateConsents", at, consents(true))
            .await
            .done();
    }
    let answer = decide(&test, MAYA, "UpdateConsents", LATER, consents(false)).await;
    let answers = answer.done()["consents"]
        .as_array()
        .expect("answers")
        .clone();
    let sharing = answers.iter().find(|it| it["purpose"] == "PARTNER_SHARING");
    let sharing = sharing.expect("an answer");
    assert_eq!(sharing["granted"], true);
    // It has been so since it was said first, and is told once.
    assert_eq!(sharing["changedAt"], EARLIER);
    assert_eq!(test.owed().await.len(), 2);
}

#[tokio::test]
async fn of_one_moment_what_arrives_last_counts() {
    let test = TestApp::start().await;
    for diet in ["VEGAN", "PESCATARIAN"] {
        let input = json!({ "diet": diet });
        let answer = decide(&test, MAYA, "UpdatePreferences", LATER, input).await;
        assert_eq!(answer.done()["member"]["preferences"]["diet"], diet);
    }
}

/// What was kept before this was kept is only known by the date on which it arrived.
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
    // The 17th begins at ten on the 16th in Kiritimati.
    let answer = decide(
        &test,
        NORA,
        "UpdatePreferences",
        "2026-03-16T09:59:59Z",
        none,
    )
    .await;
    let preferences = &answer.done()["member"]["preferences"];
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
        answer.done()["member"]["preferences"]["allergens"],
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
    // Taken back before it was ever marked, as far as we know.
    let taken_back = decide(&test, MAYA, "UndoCompleteWorkout", EARLIER, unmark.clone()).await;
    taken_back.done();
    let late = decide(
        &test,
        MAYA,
        "CompleteWorkout",
        "2026-03-18T09:00:00Z",
        mark("EASY"),
    )
    .await;
    assert_eq!(late.done()["scheduledWorkout"]["completedAt"], Value::Null);
    assert_eq!(test.owed().await, []);

    let marked = decide(&test, MAYA, "CompleteWorkout", LATER, mark("HARD")).await;
    assert_eq!(marked.done()["scheduledWorkout"]["effort"], "HARD");
    for (operation, input) in [
        ("CompleteWorkout", mark("EASY")),
        ("UndoCompleteWorkout", unmark.clone()),
    ] {
        let late = decide(&test, MAYA, operation, "2026-03-18T10:30:00Z", input).await;
        let stands = &late.done()["scheduledWorkout"];
        assert_eq!(
            (&stands["completedAt"], &stands["effort"]),
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
        undone.done()["scheduledWorkout"]["completedAt"],
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
    assert_eq!(late.done()["scheduledWorkout"]["completedAt"], Value::Null);
    assert_eq!(test.owed().await.len(), 1);
}

/// As a version that knows nothing of decisions has left them.
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
        .done();
    decide(&test, MAYA, "RecordMeal", LATER, eat.clone())
        .await
        .done();
    decide(&test, MAYA, "SetFavouriteRecipe", LATER, keep)
        .await
        .done();
    test.execute("DELETE FROM decision").await;
    let late = decide(&test, MAYA, "UndoCompleteWorkout", EARLIER, mark.clone()).await;
    assert_eq!(late.done()["scheduledWorkout"]["completedAt"], LATER);
    let late = decide(&test, MAYA, "CompleteWorkout", EARLIER, mark).await;
    assert_eq!(late.done()["scheduledWorkout"]["completedAt"], LATER);
    for operation in ["RecordMeal", "UnlogMeal"] {
        let late = decide(&test, MAYA, operation, EARLIER, eat.clone()).await;
        assert_eq!(late.done()["plannedMeal"]["eatenAt"], LATER, "{operation}");
    }
    let drop = json!({ "recipeId": recipe, "isFavourite": false });
    let late = decide(&test, MAYA, "SetFavouriteRecipe", EARLIER, drop).await;
    assert_eq!(late.done()["recipe"]["isFavourite"], true);
    test.owed().await;
}

#[tokio::test]
async fn a_meal_is_logged_by_what_happened_later() {
    let test = TestApp::start().await;
    let id = meal(&test, "LUNCH").await["id"].clone();
    let log = |servings: i64| json!({ "plannedMealId": id, "servings": servings });
    let unlog = json!({ "plannedMealId": id });
    decide(&test, MAYA, "UnlogMeal", EARLIER, unlog.clone())
        .await
        .done();
    let late = decide(&test, MAYA, "RecordMeal", "2026-03-18T09:00:00Z", log(3)).await;
    assert_eq!(late.done()["plannedMeal"]["eatenAt"], Value::Null);

    decide(&test, MAYA, "RecordMeal", LATER, log(2))
        .await
        .done();
    for (operation, input) in [("RecordMeal", log(3)), ("UnlogMeal", unlog.clone())] {
        let late = decide(&test, MAYA, operation, "2026-03-18T10:30:00Z", input).await;
        let stands = &late.done()["plannedMeal"];
        assert_eq!(
            (&stands["eatenAt"], &stands["servings"]),
            (&json!(LATER), &json!(2)),
            "{operation}"
        );
    }
    decide(&test, MAYA, "UnlogMeal", "2026-03-18T11:30:00Z", unlog)
        .await
        .done();
    let late = decide(&test, MAYA, "RecordMeal", "2026-03-18T11:15:00Z", log(3)).await;
    assert_eq!(late.done()["plannedMeal"]["eatenAt"], Value::Null);
}

#[tokio::test]
async fn a_meal_is_swapped_by_what_was_chosen_later_and_what_was_eaten_stays() {
    let test = TestApp::start().await;
    let before = meal(&test, "LUNCH").await;
    let (id, planned) = (before["id"].clone(), before["recipe"]["id"].clone());
    let offered = |place: usize| before["alternatives"]["nodes"][place]["id"].clone();
    let swap = |recipe: &Value| json!({ "plannedMealId": id, "recipeId": recipe });
    let only = json!({ "plannedMealId": id });
    let at = async |time: &str, operation: &str, input: Value| {
        let at = format!("2026-03-18T{time}:00Z");
        decide(&test, MAYA, operation, &at, input).await
    };
    let recipe = |answer: &Answer| answer.done()["plannedMeal"]["recipe"]["id"].clone();

    // Reset, or left as it is, later than what a phone sends now.
    at("10:00", "ResetMeal", only.clone()).await.done();
    let late = at("09:00", "SwapMeal", swap(&offered(0))).await;
    assert_eq!(recipe(&late), planned);
    at("10:10", "SwapMeal", swap(&planned)).await.done();
    let late = at("10:05", "SwapMeal", swap(&offered(0))).await;
    assert_eq!(recipe(&late), planned);

    at("11:00", "SwapMeal", swap(&offered(1))).await.done();
    let late = at("10:30", "SwapMeal", swap(&offered(0))).await;
    assert_eq!(recipe(&late), offered(1));
    let late = at("10:30", "ResetMeal", only.clone()).await;
    assert_eq!(recipe(&late), offered(1));

    // Eating is another thing than choosing, so a late log is not lost.
    let eaten = at("10:45", "RecordMeal", only.clone()).await;
    assert_eq!(
        eaten.done()["plannedMeal"]["eatenAt"],
        "2026-03-18T10:45:00Z"
    );
    // What was logged later than the choice is what was eaten; what is chosen after that is refused.
    at("11:30", "RecordMeal", only.clone()).await.done();
    let late = at("11:15", "SwapMeal", swap(&offered(0))).await;
    assert_eq!(recipe(&late), offered(1));
    let late = at("11:15", "ResetMeal", only.clone()).await;
    assert_eq!(recipe(&late), offered(1));
    let refused = at("11:45", "SwapMeal", swap(&offered(0))).await;
    assert_eq!(refused.refusal().0, "MEAL_EATEN");
}

#[tokio::test]
async fn a_favourite_is_what_was_tapped_later() {
    let test = TestApp::start().await;
    let recipe = meal(&test, "LUNCH").await["alternatives"]["nodes"][0]["id"].clone();
    let set = async |at: &str, is: bool| {
        let input = json!({ "recipeId": recipe, "isFavourite": is });
        let answer = decide(&test, NORA, "SetFavouriteRecipe", at, input).await;
        answer.done()["recipe"]["isFavourite"].clone()
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
        let answer = test.ask(THEO, query, json!({})).await;
        answer.data()["me"]["checkIns"]["nodes"][0].clone()
    };
    let before = latest().await;
    let correct = async |at: &str, mut input: Value| {
        input["checkInId"] = before["id"].clone();
        decide(&test, THEO, "CorrectCheckIn", at, input).await
    };
    let later = json!({ "energy": 1, "notes": null });
    correct(LATER, later).await.done();
    let earlier = json!({ "energy": 5, "notes": "Was well.", "sleep": 2 });
    let answer = correct(EARLIER, earlier).await;
    let stands = answer.done()["checkIn"].clone();
    let expected = (&json!(1), &json!(2), &Value::Null);
    assert_eq!(
        (&stands["energy"], &stands["sleep"], &stands["notes"]),
        expected
    );
    // Nobody corrects what is not there yet.
    test.execute("UPDATE check_in SET submitted_at = '2026-03-17T08:00:00Z'")
        .await;
    let answer = correct("2026-03-17T07:59:59Z", json!({ "weightGrams": 50_000 })).await;
    assert_eq!(
        answer.done()["checkIn"]["weightGrams"],
        before["weightGrams"]
    );
    let answer = correct("2026-03-17T08:00:00Z", json!({ "weightGrams": 50_000 })).await;
    assert_eq!(answer.done()["checkIn"]["weightGrams"], 50_000);
}

/// What a phone said of allergens before the consent to keep them was withdrawn does not come back with it.
#[tokio::test]
async fn forgotten_allergens_are_decided_on_when_they_are_forgotten() {
    let test = TestApp::start().await;
    let withdraw = json!({ "consents": [{ "purpose": "HEALTH_DATA", "granted": false }] });
    decide(&test, MAYA, "UpdateConsents", LATER, withdraw)
        .await
        .done();
    let forgotten = preferences(&test, MAYA).await["preferences"]["allergens"].clone();
    assert_eq!(forgotten.as_array().map(Vec::len), Some(14));
    let late = json!({ "allergens": ["NUTS"] });
    decide(&test, MAYA, "UpdatePreferences", EARLIER, late).await;
    let now = preferences(&test, MAYA).await["preferences"]["allergens"].clone();
    assert_eq!(now, forgotten);
    test.owed().await;
}

#[tokio::test]
async fn decisions_are_kept_for_as_long_as_something_earlier_may_arrive() {
    let test = TestApp::start().await;
    let vegan = json!({ "diet": "VEGAN" });
    decide(&test, MAYA, "UpdatePreferences", EARLIER, vegan)
        .await
        .done();
    let kept_until = |offset| test.clock.now() + offset - decision::KEPT_FOR;
    let forget = async |before| {
        decision::forget(&*test.pool, before, 10)
            .await
            .expect("run")
    };
    assert_eq!(forget(kept_until(TimeDelta::days(28))).await, 0);
    assert_eq!(count(&test, "decision").await, 1);
    assert_eq!(forget(kept_until(TimeDelta::days(29))).await, 1);
    assert_eq!(count(&test, "decision").await, 0);
}
