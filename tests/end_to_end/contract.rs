//! The running schema says what is written.

use apollo_compiler::{
    ExecutableDocument, Schema, introspection::partial_execute, request::coerce_variable_values,
};
use serde_json::{Value, json};

use crate::harness::TestApp;

const QUERY: &str = include_str!("../../schema/execution/tests/execution/introspection.graphql");

#[tokio::test]
async fn introspection_equals_the_written_sdl() {
    let test = TestApp::start().await;
    let running = test.ask("", QUERY, json!({})).await;
    let sdl = test
        .client
        .get(format!("{}/schema.graphql", test.base))
        .send()
        .await
        .expect("an answer");
    let sdl = sdl.text().await.expect("text");
    let (mut running, mut written) = (own_types(running.data()), own_types(&introspected(&sdl)));
    running.sort_by_key(|ty| ty["name"].to_string());
    written.sort_by_key(|ty| ty["name"].to_string());
    assert!(running.len() > 100);
    for (running, written) in running.iter().zip(&mut written) {
        // async-graphql 7.2 does not tell which interfaces an interface
        // implements, not even that there are none.
        if running["kind"] == "INTERFACE" {
            assert_eq!(written["interfaces"], json!([]));
            written["interfaces"] = Value::Null;
        }
        assert_eq!(running, written);
    }
    assert_eq!(running.len(), written.len());
}

#[tokio::test]
async fn the_tools_of_others_can_introspect() {
    let test = TestApp::start().await;
    let answer = test
        .ask(
            "",
            include_str!("../../schema/execution/tests/execution/graphql_js_introspection.graphql"),
            json!({}),
        )
        .await;
    let types = answer.data()["__schema"]["types"]
        .as_array()
        .expect("types");
    assert!(types.len() > 100);
}

/// What another implementation says of the written SDL.
fn introspected(sdl: &str) -> Value {
    let schema = Schema::parse_and_validate(sdl, "schema.graphql").expect("valid SDL");
    let document = ExecutableDocument::parse_and_validate(&schema, QUERY, "introspection.graphql");
    let document = document.expect("valid");
    let operation = document.operations.get(None).expect("one operation");
    let variables = coerce_variable_values(
        &schema,
        operation,
        &apollo_compiler::response::JsonMap::new(),
    )
    .expect("none");
    let implementers = schema.implementers_map();
    let response = partial_execute(&schema, &implementers, &document, operation, &variables);
    serde_json::to_value(response.expect("introspection").data).expect("JSON")
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

/// Puts lists in order whose order means nothing.
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
