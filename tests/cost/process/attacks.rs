//! Requests that are made to be expensive. Each is sent once, and so is not in the cache of documents.

use serde_json::{Value, json};

use crate::gateway::Gateway;

/// Sends each of them once.
pub(crate) fn send(gateway: &mut Gateway) {
    let mut attack = |name: &str, text: String, variables: Value, expected: Option<&str>| {
        let answer = gateway.send(name, "", &text, &variables);
        let code = answer["errors"][0]["extensions"]["code"].as_str();
        assert_eq!(code, expected, "{name}: {answer}");
    };
    for (name, text) in too_large() {
        attack(name, text, json!({}), Some("DOCUMENT_TOO_LARGE"));
    }
    for (name, text) in invalid() {
        attack(name, text, json!({}), Some("GRAPHQL_VALIDATION_FAILED"));
    }
    for (name, text) in within_the_limits() {
        attack(name, text, json!({}), None);
    }
    let recipes =
        |n| format!("a{n}: recipes(first: 100) {{ nodes {{ ingredients {{ name }} }} }} ");
    let text = selection(recipes, 10);
    attack("a high cost", text, json!({}), Some("COST_LIMIT_EXCEEDED"));
    let workouts = selection(
        |_| "workouts(filter: $filter) { __typename } ".to_owned(),
        60,
    );
    let text = format!("query ($filter: WorkoutFilter) {workouts}");
    let long = json!({ "filter": { "level": "x".repeat(300_000) } });
    attack(
        "a long value used often",
        text,
        long,
        Some("BAD_USER_INPUT"),
    );
}

fn too_large() -> Vec<(&'static str, String)> {
    let alias = |n| format!("a{n}: __typename ");
    let fields = format!(
        "{{ __schema {{ types {}name{} }} }}",
        "{ fields { type ".repeat(6),
        "} }".repeat(6)
    );
    vec![
        ("a large document", "{ __typename } ".repeat(5_000)),
        ("many tokens", selection(typename, 2_001)),
        (
            "nested brackets",
            format!("{{ recipes(filter: {}", "[".repeat(10_000)),
        ),
        ("nested fields", "{ me ".repeat(13) + &"}".repeat(13)),
        ("nested introspection", fields),
        ("a fragment bomb", fragment_bomb()),
        ("many aliases", selection(alias, 600)),
        (
            "many directives",
            format!("{{ __typename {} }}", "@skip(if: false) ".repeat(300)),
        ),
        ("many operations", "query { __typename } ".repeat(300)),
    ]
}

fn invalid() -> Vec<(&'static str, String)> {
    let recipes = |n| format!("recipes(first: {n}) {{ totalCount }} ");
    let cycle = "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }";
    vec![
        ("a fragment cycle", cycle.to_owned()),
        (
            "many unknown fields",
            selection(|n| format!("unknown{n} "), 300),
        ),
        ("many conflicts", selection(recipes, 100)),
    ]
}

fn within_the_limits() -> Vec<(&'static str, String)> {
    vec![
        (
            "white space",
            format!("{{ __typename {} }}", " ".repeat(20_000)),
        ),
        ("one field many times", selection(typename, 500)),
        (
            "introspection of all",
            coach_schema::INTROSPECTION_QUERY.to_owned(),
        ),
    ]
}

/// A selection of so many fields.
fn selection(field: impl Fn(usize) -> String, count: usize) -> String {
    format!("{{ {} }}", (0..count).map(field).collect::<String>())
}

fn typename(_: usize) -> String {
    "__typename ".to_owned()
}

/// 41 fragments that expand to 2⁴⁰ fields.
fn fragment_bomb() -> String {
    let spread = |n: usize| format!(" fragment F{n} on Query {{ ...F{0} ...F{0} }}", n + 1);
    let fragments: String = (0..40).map(spread).collect();
    format!("{{ ...F0 }}{fragments} fragment F40 on Query {{ __typename }}")
}
