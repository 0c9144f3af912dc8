//! `recordMeal`, `unlogMeal`, `swapMeal` and `resetMeal`.

use coach_domain::id::{OpaqueId as _, RecipeId};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    change,
    day::{day, meal, past},
    rows::{count, rows},
};
use crate::harness::{TestApp, member};

fn offered(meal: &Value) -> Vec<Value> {
    let nodes = meal["alternatives"]["nodes"].as_array().expect("nodes");
    assert!(nodes.len() > 3 && nodes.len() < 100, "{}", nodes.len());
    nodes.iter().map(|node| node["id"].clone()).collect()
}

#[tokio::test]
async fn a_meal_is_logged_corrected_and_taken_out() {
    let test = TestApp::start().await;
    let before = meal(&test, "LUNCH").await;
    assert_eq!(
        (&before["eatenAt"], &before["servings"]),
        (&Value::Null, &json!(1))
    );
    let log = json!({ "idempotencyKey": "1", "plannedMealId": before["id"] });
    let first = change(&test, member::MAYA, "RecordMeal", log.clone()).await;
    let eaten = &first.success()["plannedMeal"];
    assert_eq!(
        (
            &eaten["eatenAt"],
            &eaten["servings"],
            &eaten["recipe"]["id"]
        ),
        (
            &json!("2026-03-18T12:00:00Z"),
            &json!(1),
            &before["recipe"]["id"]
        )
    );
    let again = change(&test, member::MAYA, "RecordMeal", log).await;
    assert_eq!(again.body, first.body);

    let more = json!({ "idempotencyKey": "2", "plannedMealId": before["id"], "servings": 3,
        "eatenAt": "2026-03-18T11:15:00Z" });
    let corrected = change(&test, member::MAYA, "RecordMeal", more).await;
    let eaten = &corrected.success()["plannedMeal"];
    assert_eq!(
        (&eaten["eatenAt"], &eaten["servings"]),
        (&json!("2026-03-18T11:15:00Z"), &json!(3))
    );
    // A new time keeps the servings.
    let earlier = json!({ "idempotencyKey": "3", "plannedMealId": before["id"],
        "eatenAt": "2026-03-18T11:00:00Z" });
    let corrected = change(&test, member::MAYA, "RecordMeal", earlier).await;
    assert_eq!(corrected.success()["plannedMeal"]["servings"], 3);

    let tomorrow = json!({ "idempotencyKey": "k", "plannedMealId": before["id"],
        "eatenAt": "2026-03-18T12:00:01Z" });
    let refused = change(&test, member::MAYA, "RecordMeal", tomorrow).await;
    let expected = ("OUT_OF_RANGE", "input.eatenAt".to_owned());
    assert_eq!(refused.user_error(), expected);

    let stored = count(&test, "meal_choice").await;
    for key in ["4", "4", "5"] {
        let unlog = json!({ "idempotencyKey": key, "plannedMealId": before["id"] });
        let unlogged = change(&test, member::MAYA, "UnlogMeal", unlog).await;
        assert_eq!(unlogged.success()["plannedMeal"]["eatenAt"], Value::Null);
    }
    assert_eq!(meal(&test, "LUNCH").await, before);
    assert_eq!(count(&test, "meal_choice").await, stored - 1);
    assert_eq!(test.take_outbox().await, []);
}

#[tokio::test]
async fn a_swapped_meal_stays_swapped_until_it_is_reset() {
    let test = TestApp::start().await;
    let before = meal(&test, "LUNCH").await;
    let other = offered(&before)[0].clone();
    let id = before["id"].clone();
    let swap = json!({ "idempotencyKey": "1", "plannedMealId": id, "recipeId": other });
    let first = change(&test, member::MAYA, "SwapMeal", swap.clone()).await;
    assert_eq!(first.success()["plannedMeal"]["recipe"]["id"], other);
    assert_eq!(first.payload()["plannedMeal"]["id"], id);
    let again = change(&test, member::MAYA, "SwapMeal", swap.clone()).await;
    assert_eq!(again.body, first.body);

    let log = json!({ "idempotencyKey": "2", "plannedMealId": id, "servings": 2 });
    change(&test, member::MAYA, "RecordMeal", log)
        .await
        .success();
    for (operation, key) in [("SwapMeal", "3"), ("ResetMeal", "4")] {
        let mut input = json!({ "idempotencyKey": key, "plannedMealId": id });
        if operation == "SwapMeal" {
            input["recipeId"] = before["recipe"]["id"].clone();
        }
        let refused = change(&test, member::MAYA, operation, input).await;
        let expected = ("MEAL_EATEN", "input.plannedMealId".to_owned());
        assert_eq!(refused.user_error(), expected, "{operation}");
    }
    // A retry of the swap shows the meal as it is now.
    let late = change(&test, member::MAYA, "SwapMeal", swap).await;
    assert_eq!(late.success()["plannedMeal"]["servings"], 2);

    let unlog = json!({ "idempotencyKey": "5", "plannedMealId": id });
    let unlogged = change(&test, member::MAYA, "UnlogMeal", unlog).await;
    let meal_now = &unlogged.success()["plannedMeal"];
    assert_eq!(
        (
            &meal_now["recipe"]["id"],
            &meal_now["servings"],
            &meal_now["eatenAt"]
        ),
        (&other, &json!(1), &Value::Null)
    );
    for key in ["6", "6", "7"] {
        let reset = json!({ "idempotencyKey": key, "plannedMealId": id });
        let reset = change(&test, member::MAYA, "ResetMeal", reset).await;
        let recipe = &reset.success()["plannedMeal"]["recipe"]["id"];
        assert_eq!(recipe, &before["recipe"]["id"]);
    }
    assert_eq!(meal(&test, "LUNCH").await, before);
    assert_eq!(test.take_outbox().await, []);
}

/// Tries every recipe for every meal of a day of a vegetarian with an allergy: offered recipes are accepted, and others
/// are rejected with the reason why they are not offered.
#[tokio::test]
async fn exactly_what_is_offered_is_accepted() {
    let test = TestApp::start().await;
    // An archived recipe, which would fit otherwise.
    let fits = "slots @> ARRAY['LUNCH'] AND diets @> ARRAY['VEGETARIAN'] AND NOT allergens @> ARRAY['NUTS']";
    test.execute(&format!(
        "UPDATE recipe SET archived_at = '2026-03-01' WHERE id = (
                SELECT id FROM recipe WHERE {fits} ORDER BY title DESC LIMIT 1)"
    ))
    .await;
    test.app.catalogue.clear();
    let recipes = rows(
        &test,
        "SELECT id, slots, diets, allergens, archived_at FROM recipe",
    )
    .await;
    assert!(recipes.len() > 30, "{}", recipes.len());
    let has = |recipe: &Value, field: &str, value: &str| {
        let values = recipe[field].as_array().expect("a list");
        values.contains(&json!(value))
    };
    let mut seen = std::collections::BTreeMap::new();
    for slot in ["BREAKFAST", "LUNCH", "DINNER", "SNACK"] {
        let before = meal(&test, slot).await;
        if !before["eatenAt"].is_null() {
            continue;
        }
        let offered = offered(&before);
        for (index, recipe) in recipes.iter().enumerate() {
            let uuid: Uuid = recipe["id"]
                .as_str()
                .expect("an id")
                .parse()
                .expect("a UUID");
            let id = json!(RecipeId(uuid).encode());
            let key = |operation: &str| format!("{operation}-{slot}-{index}");
            let swap = json!({ "idempotencyKey": key("s"), "plannedMealId": before["id"], "recipeId": id });
            let swapped = change(&test, member::MAYA, "SwapMeal", swap).await;
            let reason = if !recipe["archived_at"].is_null() {
                "NOT_PLANNABLE"
            } else if !has(recipe, "slots", slot) {
                "NOT_FOR_SLOT"
            } else if has(recipe, "allergens", "NUTS") {
                "NOT_ALLOWED_BY_ALLERGENS"
            } else if !has(recipe, "diets", "VEGETARIAN") {
                "NOT_ALLOWED_BY_DIET"
            } else {
                "accepted"
            };
            *seen.entry(reason).or_insert(0) += 1;
            let is_current = id == before["recipe"]["id"];
            assert_eq!(
                offered.contains(&id) || is_current,
                reason == "accepted",
                "{recipe}"
            );
            if reason != "accepted" {
                let expected = (reason, "input.recipeId".to_owned());
                assert_eq!(swapped.user_error(), expected, "{recipe} for {slot}");
                continue;
            }
            assert_eq!(swapped.success()["plannedMeal"]["recipe"]["id"], id);
            // Swapped back, so that the next recipe is compared with the same meal.
            let back = json!({ "idempotencyKey": key("b"), "plannedMealId": before["id"],
                "recipeId": before["recipe"]["id"] });
            change(&test, member::MAYA, "SwapMeal", back)
                .await
                .success();
        }
    }
    assert_eq!(seen.len(), 5, "each reason is met: {seen:?}");
}

#[tokio::test]
async fn what_cannot_be_changed_says_why() {
    let test = TestApp::start().await;
    let today = meal(&test, "LUNCH").await;
    let (mine, recipe) = (today["id"].clone(), offered(&today)[0].clone());
    let future = day(&test, member::MAYA, "2026-03-20").await["meals"][0].clone();
    let theirs = past(&test, member::THEO, "2026-01-20", "meals").await;
    let ended = past(&test, member::RAVI, "2026-02-10", "meals").await;
    let lapsed = past(&test, member::LARA, "2026-03-05", "meals").await;
    let input = |id: &Value, operation: &str| {
        let mut input = json!({ "idempotencyKey": "k", "plannedMealId": id });
        if operation == "SwapMeal" {
            input["recipeId"] = recipe.clone();
        }
        input
    };
    for operation in ["RecordMeal", "UnlogMeal", "SwapMeal", "ResetMeal"] {
        for (email, id, code) in [
            (member::MAYA, &theirs[0], "NOT_FOUND"),
            (member::MAYA, &json!("pml_x"), "NOT_FOUND"),
            (member::MAYA, &recipe, "NOT_FOUND"),
            (member::THEO, &theirs[0], "CYCLE_CLOSED"),
            (member::RAVI, &ended[0], "PLAN_ENDED"),
            (member::UNREGISTERED, &mine, "NOT_REGISTERED"),
        ] {
            let refused = change(&test, email, operation, input(id, operation)).await;
            let path = if code == "NOT_REGISTERED" {
                ""
            } else {
                "input.plannedMealId"
            };
            let expected = (code, path.to_owned());
            assert_eq!(refused.user_error(), expected, "{operation} by {email}");
        }
        let refused = change(&test, member::LARA, operation, input(&lapsed[0], operation)).await;
        assert_eq!(refused.user_error().0, "SUBSCRIPTION_REQUIRED");
    }
    for servings in [0, 11, -1] {
        let mut invalid = input(&mine, "RecordMeal");
        invalid["servings"] = json!(servings);
        let refused = change(&test, member::MAYA, "RecordMeal", invalid).await;
        let expected = ("OUT_OF_RANGE", "input.servings".to_owned());
        assert_eq!(refused.user_error(), expected);
    }
    let nothing = RecipeId(Uuid::from_u128(7)).encode();
    let swap = json!({ "idempotencyKey": "k", "plannedMealId": mine, "recipeId": nothing });
    let refused = change(&test, member::MAYA, "SwapMeal", swap).await;
    assert_eq!(
        refused.user_error(),
        ("NOT_FOUND", "input.recipeId".to_owned())
    );
    let refused = change(
        &test,
        member::MAYA,
        "RecordMeal",
        input(&future["id"], "RecordMeal"),
    )
    .await;
    assert_eq!(refused.user_error().0, "DAY_NOT_REACHED");
    assert_eq!(count(&test, "idempotency_key").await, 0);

    // Future meals can be swapped, but not logged.
    let other = offered(&future)[0].clone();
    let swap = json!({ "idempotencyKey": "1", "plannedMealId": future["id"], "recipeId": other });
    change(&test, member::MAYA, "SwapMeal", swap)
        .await
        .success();
    assert_eq!(
        day(&test, member::MAYA, "2026-03-20").await["meals"][0]["recipe"]["id"],
        other
    );
}
