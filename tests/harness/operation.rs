//! The app's operations, with valid variables.

use std::{fs, path::Path};

use serde_json::{Value, json};

/// The text of an operation of the app.
///
/// # Panics
///
/// When there is none of this name.
pub fn read_operation(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schema/operations");
    fs::read_to_string(folder.join(name).with_extension("graphql")).expect(name)
}

/// The app's queries, each with variables and its budget of SQL statements once the catalogue is in memory. Give the
/// reason in the commit that raises one.
pub fn operations(recipe: &Value, workout: &Value) -> Vec<(&'static str, Value, usize)> {
    vec![
        ("Today", json!({}), 2),
        ("CycleCalendar", json!({}), 2),
        ("PlanOverview", json!({}), 3),
        (
            "ShoppingList",
            json!({ "from": "2026-03-18", "to": "2026-03-24" }),
            2,
        ),
        (
            "RecipeSearch",
            json!({ "filter": { "text": "oat" }, "first": 10 }),
            1,
        ),
        ("RecipeDetail", json!({ "id": recipe }), 2),
        ("WorkoutDetail", json!({ "id": workout }), 0),
        ("CheckInHistory", json!({ "first": 10 }), 2),
        ("Profile", json!({}), 2),
        ("LiveStream", json!({}), 0),
    ]
}
