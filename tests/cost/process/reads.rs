//! The app's queries.

use coach_tests::{member, operations, read_operation};
use serde_json::Value;

use crate::gateway::Gateway;

/// Sends each of them once.
pub(crate) fn send(gateway: &mut Gateway) {
    let query = "{ recipes(first: 1) { nodes { id } } workouts(first: 1) { nodes { id } } }";
    let ids = gateway.ask("", query);
    let id = |list: &str| ids["data"][list]["nodes"][0]["id"].clone();
    for (name, variables, _) in operations(&id("recipes"), &id("workouts")) {
        let answer = gateway.send(name, member::MAYA, &read_operation(name), &variables);
        assert_eq!(answer["errors"], Value::Null, "{name}");
    }
}
