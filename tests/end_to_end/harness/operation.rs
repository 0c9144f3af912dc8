//! The app's named operations, with variables that they work with.

use std::{fs, path::Path};

use serde_json::{Value, json};

/// The text of a named operation.
pub(crate) fn named(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schema/operations");
    fs::read_to_string(folder.join(name).with_extension("graphql")).expect(name)
}

/// The reads, each with variables and with its budget of SQL statements once
/// the catalogue is in memory. Raise one with a reason in the commit.
pub(crate) fn operations(recipe: &Value, workout: &Value) -> Vec<(&'static str, Value, usize)> {
    vec![
        ("Today", json!({}), 7),
        ("CycleCalendar", json!({}), 7),
        ("PlanOverview", json!({}), 8),
        (
            "ShoppingList",
            json!({ "from": "2026-03-18", "to": "2026-03-24" }),
            6,
        ),
        (
            "RecipeSearch",
            json!({ "filter": { "text": "oat" }, "first": 10 }),
            1,
        ),
        ("RecipeDetail", json!({ "id": recipe }), 2),
        ("WorkoutDetail", json!({ "id": workout }), 0),
        ("CheckInHistory", json!({ "first": 10 }), 4),
        ("Profile", json!({}), 4),
        ("LiveStream", json!({}), 0),
    ]
}
