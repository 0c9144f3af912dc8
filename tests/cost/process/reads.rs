//! The app's queries.

use coach_tests::{member, operations, read_operation};
use serde_json::Value;

use crate::gateway::Gateway;

/// Sends each of them once, or only this one.
pub(crate) fn send(gateway: &mut Gateway, only: Option<&str>) {
    let query = "{ recipes(first: 1) { nodes { id } } workouts(first: 1) { nodes { id } } }";
    let ids = gateway.ask("", query);
    let id = |list: &str| ids["data"][list]["nodes"][0]["id"].clone();
    for (name, variables, _) in operations(&id("recipes"), &id("workouts")) {
        if only.is_some_and(|only| only != name) {
            continue;
        }
        let answer = gateway.send(name, member::MAYA, &read_operation(name), &variables);
        assert_eq!(answer["errors"], Value::Null, "{name}");
    }
}
