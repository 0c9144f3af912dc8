//! What a member sees of a day.

use serde_json::{Value, json};

use crate::harness::TestApp;

/// A day of the current cycle, with its workouts and meals.
pub(crate) async fn day(test: &TestApp, email: &str, date: &str) -> Value {
    let query = "query ($date: Date!) { me { plan { currentCycle { day(date: $date) {
        number
        workouts { id position completedAt effort workout { id } }
        meals { id slot position servings eatenAt recipe { id title allergens }
                alternatives(first: 100) { nodes { id } } }
    } } } } }";
    let answer = test.graphql(email, query, json!({ "date": date })).await;
    answer.data()["me"]["plan"]["currentCycle"]["day"].clone()
}

/// Maya's meal in a slot on the tests' current day.
pub(super) async fn meal(test: &TestApp, slot: &str) -> Value {
    let day = day(test, crate::harness::member::MAYA, "2026-03-18").await;
    let mut meals = day["meals"].as_array().expect("meals").iter();
    let meal = meals.find(|meal| meal["slot"] == slot);
    meal.expect("there is one").clone()
}

/// Ids of a member's meals or workouts on a day, in any cycle of any plan.
pub(crate) async fn past(test: &TestApp, email: &str, date: &str, field: &str) -> Vec<Value> {
    let query = format!(
        "query ($date: Date!) {{ me {{ plans {{ cycles {{ day(date: $date) {{ {field} {{ id }} }} }} }} }} }}"
    );
    let answer = test.graphql(email, &query, json!({ "date": date })).await;
    let plans = answer.data()["me"]["plans"]
        .as_array()
        .expect("plans")
        .iter();
    let cycles = plans.flat_map(|plan| plan["cycles"].as_array().expect("cycles"));
    let lists = cycles.filter_map(|cycle| cycle["day"][field].as_array());
    let ids: Vec<_> = lists.flatten().map(|it| it["id"].clone()).collect();
    assert!(!ids.is_empty(), "{email} had no {field} on {date}");
    ids
}
