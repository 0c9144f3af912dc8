//! `updatePreferences`.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{assert_no_effect, change, keyed};
use crate::harness::{
    GraphqlResponse, TestApp,
    member::{CHEN, DANI, LARA, MAYA, NORA, THEO},
};

pub(super) const ALLERGENS: [&str; 14] = [
    "GLUTEN",
    "CRUSTACEANS",
    "EGGS",
    "FISH",
    "PEANUTS",
    "SOY",
    "MILK",
    "NUTS",
    "CELERY",
    "MUSTARD",
    "SESAME",
    "SULPHITES",
    "LUPIN",
    "MOLLUSCS",
];
const DIETS: [&str; 4] = ["OMNIVORE", "PESCATARIAN", "VEGETARIAN", "VEGAN"];

const DAYS: &str = "{ me { plan { currentCycle { days {
    number date workouts { id completedAt workout { title } }
    meals { slot position eatenAt servings recipe { title allergens diets } }
} } } } }";

async fn update(test: &TestApp, email: &str, key: &str, input: Value) -> GraphqlResponse {
    change(test, email, "UpdatePreferences", keyed(key, input)).await
}

async fn days(test: &TestApp, email: &str) -> Vec<Value> {
    let answer = test.graphql(email, DAYS, json!({})).await;
    let days = &answer.data()["me"]["plan"]["currentCycle"]["days"];
    days.as_array().expect("days").clone()
}

/// Fails unless all uneaten meals of these days are allowed, and each day has all meals.
fn assert_safe(days: &[Value], diet: &str, excluded: &[&str], meals: usize) {
    for day in days {
        let served = day["meals"].as_array().expect("meals");
        assert_eq!(served.len(), meals, "{diet} {excluded:?}: {day}");
        for meal in served.iter().filter(|meal| meal["eatenAt"].is_null()) {
            let of = |list: &str| meal["recipe"][list].as_array().expect(list).clone();
            assert!(of("diets").contains(&json!(diet)), "{diet}: {meal}");
            let contained = of("allergens");
            let broken = excluded.iter().find(|it| contained.contains(&json!(it)));
            assert_eq!(broken, None, "{diet} {excluded:?}: {meal}");
        }
    }
}

#[tokio::test]
async fn each_field_changes_alone() {
    let test = TestApp::start().await;
    let answer = update(&test, NORA, "0", json!({})).await;
    let mut expected = answer.success()["member"].clone();
    for (field, value) in [
        ("goal", json!("BUILD_STRENGTH")),
        ("level", json!("ADVANCED")),
        ("diet", json!("PESCATARIAN")),
        ("allergens", json!(["MILK", "NUTS"])),
        ("daysPerWeek", json!(6)),
        ("displayName", json!("Nora L.")),
        ("locale", json!("en-GB")),
        ("timeZone", json!("Europe/Stockholm")),
        ("units", json!("IMPERIAL")),
    ] {
        let answer = update(&test, NORA, field, json!({ field: value })).await;
        if expected["preferences"].get(field).is_some() {
            expected["preferences"][field] = value;
        } else {
            expected[field] = value;
        }
        assert_eq!(answer.success()["member"], expected, "{field}");
        let me = test.graphql(NORA, "{ me { units preferences { goal } } }", json!({}));
        assert_eq!(me.await.data()["me"]["units"], expected["units"]);
    }
    let none = update(&test, NORA, "none", json!({ "allergens": [] })).await;
    assert_eq!(
        none.success()["member"]["preferences"]["allergens"],
        json!([])
    );
    let twice = json!({ "allergens": ["SOY", "EGGS", "SOY"], "displayName": " Nora\u{a0}" });
    let twice = update(&test, NORA, "twice", twice).await;
    let member = &twice.success()["member"];
    assert_eq!(member["preferences"]["allergens"], json!(["EGGS", "SOY"]));
    assert_eq!(member["displayName"], "Nora");
    // All changes of a day are one row.
    let rows = "SELECT count(*) FROM member_preferences p JOIN member m ON m.id = p.member_id WHERE m.display_name = 'Nora'";
    assert_eq!(test.number(rows).await, 1);
}

#[tokio::test]
async fn nothing_of_it_can_be_taken_away() {
    let test = TestApp::start().await;
    for field in [
        "goal",
        "level",
        "diet",
        "allergens",
        "daysPerWeek",
        "displayName",
        "locale",
        "timeZone",
        "units",
    ] {
        // The other field is not changed either.
        let other = if field == "units" {
            "displayName"
        } else {
            "units"
        };
        let value = if field == "units" { "Maya" } else { "IMPERIAL" };
        let input = json!({ field: null, other: value });
        let answer = update(&test, MAYA, "1", input).await;
        let expected = ("REQUIRED", format!("input.{field}"));
        assert_eq!(answer.user_error(), expected);
    }
    for name in ["  ", "A\u{7}"] {
        let answer = update(
            &test,
            MAYA,
            "1",
            json!({ "displayName": name, "units": "IMPERIAL" }),
        );
        let expected = ("INVALID", "input.displayName".to_owned());
        assert_eq!(answer.await.user_error(), expected);
    }
    for at in ["2026-03-04T11:59:59Z", "2026-03-18T12:05:01Z"] {
        let answer = update(
            &test,
            MAYA,
            "1",
            json!({ "occurredAt": at, "units": "IMPERIAL" }),
        );
        let expected = ("OUT_OF_RANGE", "input.occurredAt".to_owned());
        assert_eq!(answer.await.user_error(), expected);
    }
    let me = test
        .graphql(MAYA, "{ me { displayName units } }", json!({}))
        .await;
    assert_eq!(
        me.data()["me"],
        json!({ "displayName": "Maya Brandt", "units": "METRIC" })
    );
    assert_no_effect(&test).await;
}

#[tokio::test]
async fn meals_from_today_on_follow_and_the_past_stays() {
    let test = TestApp::start().await;
    let before = days(&test, MAYA).await;
    // Although she decided it days ago, past days do not change.
    let input = json!({ "diet": "VEGAN", "allergens": ["NUTS", "SOY", "GLUTEN"], "occurredAt": "2026-03-15T08:00:00Z" });
    update(&test, MAYA, "1", input).await.success();
    let after = days(&test, MAYA).await;
    assert_eq!(after[..11], before[..11]);
    assert_ne!(after[11], before[11]);
    assert_safe(&after[11..], "VEGAN", &["NUTS", "SOY", "GLUTEN"], 5);
    for (was, is) in before.iter().zip(&after) {
        assert_eq!(was["workouts"], is["workouts"]);
    }
    // The next day she allows everything again; the day before does not change.
    test.advance(TimeDelta::days(1));
    let input = json!({ "diet": "VEGETARIAN", "allergens": ["NUTS"] });
    update(&test, MAYA, "2", input).await.success();
    let last = days(&test, MAYA).await;
    assert_eq!(last[..12], after[..12]);
    assert_eq!(last[12..], before[12..]);
    assert_eq!(test.take_outbox().await, []);
}

#[tokio::test]
async fn goal_level_and_days_leave_the_cycle_alone() {
    let test = TestApp::start().await;
    let before = days(&test, MAYA).await;
    let input = json!({ "goal": "LOSE_WEIGHT", "level": "BEGINNER", "daysPerWeek": 2 });
    update(&test, MAYA, "1", input).await.success();
    assert_eq!(days(&test, MAYA).await, before);
    let plan = test
        .graphql(MAYA, "{ me { plan { goal } } }", json!({}))
        .await;
    assert_eq!(plan.data()["me"]["plan"]["goal"], "BUILD_STRENGTH");
}

#[tokio::test]
async fn without_access_a_profile_is_still_ones_own() {
    let test = TestApp::start().await;
    for email in [LARA, NORA] {
        let answer = update(&test, email, "1", json!({ "diet": "VEGAN" })).await;
        assert_eq!(answer.success()["member"]["preferences"]["diet"], "VEGAN");
    }
}

/// Combinations of allergens and diets through the API: each allergen alone, all, none, and random ones. The programmes
/// of all goals and levels are tested in `day/plan/tests/safety.rs`.
#[tokio::test]
async fn no_preferences_let_anything_through_that_they_exclude() {
    let test = TestApp::start().await;
    let mut exclusions: Vec<Vec<&str>> = ALLERGENS.iter().map(|it| vec![*it]).collect();
    exclusions.push(Vec::new());
    exclusions.push(ALLERGENS.to_vec());
    // The high bits of a linear congruential generator (Knuth's).
    let mut state = 1_u64;
    for _ in 0..16 {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let chosen = ALLERGENS.iter().enumerate();
        let chosen = chosen.filter(|(index, _)| state >> (40 + index) & 1 == 1);
        exclusions.push(chosen.map(|(_, allergen)| *allergen).collect());
    }
    for diet in DIETS {
        for (number, excluded) in exclusions.iter().enumerate() {
            let input = json!({ "diet": diet, "allergens": excluded });
            let key = format!("{diet} {number}");
            update(&test, DANI, &key, input).await.success();
            // Dani is on day 1.
            assert_safe(&days(&test, DANI).await, diet, excluded, 5);
        }
    }
}

#[tokio::test]
async fn who_moves_west_keeps_what_was_said_last() {
    let test = TestApp::start().await;
    let allergens = async || {
        let query =
            "{ me { preferences { allergens diet } plan { currentCycle { startsOn endsOn } } } }";
        test.graphql(THEO, query, json!({})).await.data()["me"].clone()
    };
    let history = async || {
        let sql = format!(
            "SELECT string_agg(concat_ws(' ', p.effective_from, p.diet, p.allergens), '; ' ORDER BY p.effective_from)
             FROM member_preferences p JOIN member m ON m.id = p.member_id
             WHERE m.email = '{THEO}' AND p.effective_from >= '2026-03-01'"
        );
        test.value(&sql).await.expect("rows")
    };
    // It is the 19th in Auckland, and the 18th in Honolulu.
    let input = json!({ "allergens": ["SOY"] });
    update(&test, THEO, "1", input).await.success();
    assert_eq!(history().await, "2026-03-19 PESCATARIAN {SOY}");
    let cycle = allergens().await["plan"].clone();
    let input = json!({ "timeZone": "Pacific/Honolulu" });
    update(&test, THEO, "2", input).await.success();
    let now = allergens().await;
    assert_eq!(now["preferences"]["allergens"], json!(["SOY"]));
    assert_eq!(now["plan"], cycle, "a new time zone moves no date");
    let both = "2026-03-18 PESCATARIAN {SOY}; 2026-03-19 PESCATARIAN {SOY}";
    assert_eq!(history().await, both);
    // A change now applies to the next day too.
    update(&test, THEO, "3", json!({ "diet": "VEGAN" }))
        .await
        .success();
    let both = "2026-03-18 VEGAN {SOY}; 2026-03-19 VEGAN {SOY}";
    assert_eq!(history().await, both);
    test.advance(TimeDelta::days(1));
    assert_eq!(allergens().await["preferences"]["diet"], "VEGAN");
}

#[tokio::test]
async fn a_new_time_zone_counts_from_now_on() {
    let test = TestApp::start().await;
    // Chen's check-in opened on the 17th in Singapore; in Honolulu it is the 18th, so it stays open.
    let input = json!({ "timeZone": "Pacific/Honolulu" });
    update(&test, CHEN, "1", input).await.success();
    let plan = super::plan(&test, CHEN).await;
    assert_eq!(plan["currentCycle"]["checkInDue"], true);
    // Dani began on the 18th in New York, where it is 8 in the morning; in Pago Pago it is one.
    let input = json!({ "timeZone": "Pacific/Pago_Pago" });
    update(&test, DANI, "1", input).await.success();
    let today = super::plan(&test, DANI).await["currentCycle"]["today"].clone();
    assert_eq!(today["number"], 1);
    test.advance(TimeDelta::hours(-2));
    let today = super::plan(&test, DANI).await["currentCycle"]["today"].clone();
    assert_eq!(today, Value::Null, "there it is still the day before");
}
