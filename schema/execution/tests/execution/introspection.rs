//! The running schema says what is written.

use apollo_compiler::{
    ExecutableDocument, Schema, introspection::partial_execute, request::coerce_variable_values,
};
use serde_json::Value;

use crate::{Role, ask, small::contract::SDL};

const QUERY: &str = include_str!("introspection.graphql");

/// What graphql-js would say of the written SDL, by another implementation.
fn written(sdl: &str) -> Value {
    let schema =
        Schema::parse_and_validate(sdl, "exported.graphql").expect("the exported SDL is valid");
    let document = ExecutableDocument::parse_and_validate(&schema, QUERY, "introspection.graphql")
        .expect("valid");
    let operation = document.operations.get(None).expect("one operation");
    let variables = coerce_variable_values(
        &schema,
        operation,
        &apollo_compiler::response::JsonMap::new(),
    )
    .expect("no variables");
    let response = partial_execute(
        &schema,
        &schema.implementers_map(),
        &document,
        operation,
        &variables,
    );
    serde_json::to_value(response.expect("introspection").data).expect("JSON")
}

/// Lists whose order means nothing are put in order.
fn sorted(mut value: Value) -> Value {
    match &mut value {
        Value::Array(items) => {
            let mut all: Vec<Value> = std::mem::take(items).into_iter().map(sorted).collect();
            all.sort_by_key(|item| {
                item["name"]
                    .as_str()
                    .map_or_else(|| item.to_string(), str::to_owned)
            });
            Value::Array(all)
        }
        Value::Object(fields) => {
            let fields = std::mem::take(fields).into_iter();
            Value::Object(fields.map(|(key, value)| (key, sorted(value))).collect())
        }
        _ => value,
    }
}

fn own_types(schema: &Value) -> Vec<Value> {
    let types = schema["__schema"]["types"]
        .as_array()
        .expect("types")
        .iter();
    let built_in = ["Int", "Float", "String", "Boolean", "ID"];
    let own = types.filter(|ty| {
        ty["name"]
            .as_str()
            .is_some_and(|name| !name.starts_with("__") && !built_in.contains(&name))
    });
    own.cloned().map(sorted).collect()
}

#[tokio::test]
async fn introspection_equals_the_written_sdl() {
    let (running, _) = ask(QUERY, serde_json::json!({}), Role::Anonymous).await;
    let running: Value = serde_json::from_str(&running).expect("JSON");
    assert_eq!(running["errors"], serde_json::json!([]));
    let written = written(SDL);
    let (mut running, mut written) = (own_types(&running["data"]), own_types(&written));
    running.sort_by_key(|ty| ty["name"].to_string());
    written.sort_by_key(|ty| ty["name"].to_string());
    assert!(running.len() > 10);
    for (running, written) in running.iter().zip(&written) {
        assert_eq!(running, written);
    }
    assert_eq!(running.len(), written.len());
}

#[tokio::test]
async fn introspection_stands_beside_data_in_the_order_asked() {
    let (answer, _) = ask(
        "{ a: probe { value } __schema { queryType { name } } b: probe { value } }",
        serde_json::json!({}),
        Role::Member,
    )
    .await;
    assert_eq!(
        answer,
        r#"{"data":{"a":{"value":1},"__schema":{"queryType":{"name":"Query"}},"b":{"value":1}},"errors":[]}"#
    );
}

#[test]
fn private_directives_and_types_are_not_exported() {
    for private in [
        "@model",
        "@auth",
        "@batch",
        "@cost",
        "@listSize",
        "@constraint",
        "directive",
        "enum Role",
    ] {
        assert!(!SDL.contains(private), "{private}");
    }
}
