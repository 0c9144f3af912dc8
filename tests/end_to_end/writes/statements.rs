//! How many SQL statements each of the app's mutations takes.

use serde_json::{Value, json};

use super::{change, day};
use crate::harness::{TestApp, member};

/// The mutations, in an order in which each has an effect, with their input and their budget of statements. Give the
/// reason in the commit that raises one.
pub(crate) fn changes(workout: &Value, meal: &Value) -> Vec<(&'static str, Value, usize)> {
    let (workout, id, other) = (
        &workout["id"],
        &meal["id"],
        &meal["alternatives"]["nodes"][0]["id"],
    );
    let consents = json!([
        { "purpose": "MARKETING_EMAIL", "granted": false },
        { "purpose": "PARTNER_SHARING", "granted": true },
    ]);
    vec![
        (
            "CompleteWorkout",
            json!({ "scheduledWorkoutId": workout }),
            9,
        ),
        (
            "UndoCompleteWorkout",
            json!({ "scheduledWorkoutId": workout }),
            8,
        ),
        (
            "SwapMeal",
            json!({ "plannedMealId": id, "recipeId": other }),
            10,
        ),
        ("RecordMeal", json!({ "plannedMealId": id }), 10),
        ("UnlogMeal", json!({ "plannedMealId": id }), 10),
        ("ResetMeal", json!({ "plannedMealId": id }), 10),
        (
            "SetFavouriteRecipe",
            json!({ "recipeId": other, "isFavourite": true }),
            7,
        ),
        ("UpdateConsents", json!({ "consents": consents }), 8),
        ("RequestDataExport", json!({}), 8),
        ("DeleteAccount", json!({}), 6),
        ("KeepAccount", json!({}), 6),
    ]
}

#[tokio::test]
async fn each_change_keeps_its_budget() {
    let test = TestApp::start().await;
    let today = day(&test, member::MAYA, "2026-03-18").await;
    let mut meals = today["meals"].as_array().expect("meals").iter();
    let meal = meals.find(|meal| meal["slot"] == "LUNCH").expect("lunch");
    for (operation, mut input, budget) in changes(&today["workouts"][0], meal) {
        input["idempotencyKey"] = json!(operation);
        let first = change(&test, member::MAYA, operation, input.clone()).await;
        first.success();
        let list = first.statements.join("\n---\n");
        let taken = first.statements.len();
        assert_eq!(
            taken, budget,
            "{operation} takes {taken} statements:\n{list}"
        );
        // A retry takes fewer statements.
        let again = change(&test, member::MAYA, operation, input).await;
        assert!(again.statements.len() < taken, "{operation}, again");
    }
    assert_eq!(test.take_outbox().await.len(), 6);
}
