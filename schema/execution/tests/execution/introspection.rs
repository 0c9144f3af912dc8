//! Introspection returns the schema as the SDL declares it.

use coach_schema::{INTROSPECTION_QUERY, introspect, parse};
use serde_json::Value;

use crate::{Role, execute, small::contract::SDL};

/// Sorts all lists by name, because their order does not matter.
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
    let (running, _) = execute(INTROSPECTION_QUERY, serde_json::json!({}), Role::Anonymous).await;
    let running: Value = serde_json::from_str(&running).expect("JSON");
    assert_eq!(running["errors"], serde_json::json!([]));
    let written = parse(SDL, "exported.graphql").expect("the exported SDL is valid");
    let written = introspect(&written).expect("a response");
    let written: Value = serde_json::from_str(&written).expect("JSON");
    let (mut running, mut written) = (own_types(&running["data"]), own_types(&written["data"]));
    running.sort_by_key(|ty| ty["name"].to_string());
    written.sort_by_key(|ty| ty["name"].to_string());
    assert!(running.len() > 10);
    for (running, written) in running.iter().zip(&written) {
        assert_eq!(running, written);
    }
    assert_eq!(running.len(), written.len());
}

#[tokio::test]
async fn introspection_and_data_are_in_the_order_of_the_document() {
    let (answer, _) = execute(
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
        "enum Role",
    ] {
        assert!(!SDL.contains(private), "{private}");
    }
}

#[tokio::test]
async fn is_one_of_is_returned_under_any_alias() {
    let query = "query ($name: String!) {
        edible: __type(name: \"Edible\") { interfaces { name } possibleTypes { name } isOneOf }
        __type(name: $name) { ...Kind inputs: inputFields { name type { oneOf: isOneOf } } isOneOf }
    }
    fragment Kind on __Type { kind a: isOneOf name: isOneOf }";
    let (answer, _) = execute(query, serde_json::json!({ "name": "Choice" }), Role::Member).await;
    assert_eq!(
        answer,
        concat!(
            r#"{"data":{"edible":{"interfaces":[{"name":"Named"}],"possibleTypes":[{"name":"Dish"}],"isOneOf":null},"#,
            r#""__type":{"kind":"INPUT_OBJECT","a":true,"name":true,"inputs":[{"name":"text","type":{"oneOf":null}},"#,
            r#"{"name":"number","type":{"oneOf":null}},{"name":"either","type":{"oneOf":null}}],"isOneOf":true}},"errors":[]}"#
        )
    );
}
