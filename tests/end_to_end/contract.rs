//! The schema of a running gateway is the written SDL.

use coach_schema::{INTROSPECTION_QUERY, introspect, parse};
use serde_json::{Value, json};

use crate::harness::TestApp;

/// Introspection of the gateway has the result of `coach schema introspect`, which applies another implementation to
/// the written SDL.
#[tokio::test]
async fn introspection_equals_the_written_sdl() {
    let test = TestApp::start().await;
    let running = test.graphql("", INTROSPECTION_QUERY, json!({})).await;
    let sdl = test
        .client
        .get(format!("{}/schema.graphql", test.base))
        .send()
        .await
        .expect("an answer");
    let sdl = sdl.text().await.expect("text");
    let written = introspect(&parse(sdl, "schema.graphql").expect("valid SDL"));
    let written: Value = serde_json::from_str(&written.expect("an answer")).expect("JSON");
    let (running, written) = (running.data(), &written["data"]);
    for root in ["queryType", "mutationType", "subscriptionType"] {
        assert_eq!(running["__schema"][root], written["__schema"][root]);
    }
    let description = &running["__schema"]["description"];
    assert_eq!(*description, written["__schema"]["description"]);
    assert!(description.as_str().is_some_and(|text| text.len() > 50));
    assert_eq!(directives(running), directives(written));
    // We define this directive.
    let constraint = |data: &Value| {
        let all = data["__schema"]["directives"]
            .as_array()
            .expect("directives");
        let found = all.iter().find(|one| one["name"] == "constraint");
        sorted(found.expect("@constraint").clone())
    };
    assert_eq!(constraint(running), constraint(written));
    let (mut running, mut written) = (own_types(running), own_types(written));
    running.sort_by_key(|ty| ty["name"].to_string());
    written.sort_by_key(|ty| ty["name"].to_string());
    assert!(running.len() > 100);
    for (running, written) in running.iter().zip(&written) {
        assert_eq!(running, written);
    }
    assert_eq!(running.len(), written.len());
}

/// The names of the directives. Their descriptions differ between implementations.
fn directives(data: &Value) -> Vec<&str> {
    let all = data["__schema"]["directives"]
        .as_array()
        .expect("directives");
    let mut names: Vec<_> = all.iter().filter_map(|one| one["name"].as_str()).collect();
    names.sort_unstable();
    names
}

fn own_types(data: &Value) -> Vec<Value> {
    let types = data["__schema"]["types"].as_array().expect("types").iter();
    let built_in = ["Int", "Float", "String", "Boolean", "ID"];
    let own = types.filter(|ty| {
        let name = ty["name"].as_str().unwrap_or_default();
        !name.starts_with("__") && !built_in.contains(&name)
    });
    own.cloned().map(sorted).collect()
}

/// Sorts lists whose order has no meaning.
fn sorted(value: Value) -> Value {
    match value {
        Value::Array(items) => {
            let mut items: Vec<Value> = items.into_iter().map(sorted).collect();
            items.sort_by_key(|item| {
                item["name"]
                    .as_str()
                    .map_or_else(|| item.to_string(), str::to_owned)
            });
            Value::Array(items)
        }
        Value::Object(fields) => Value::Object(
            fields
                .into_iter()
                .map(|(key, value)| (key, sorted(value)))
                .collect(),
        ),
        value => value,
    }
}
