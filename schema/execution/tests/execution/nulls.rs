//! "Handling Field Errors" (specification 6.4.4), for every path to a failing
//! field: nullable and non-null, through objects, lists and root fields.

use coach_execution::{GeneratedSchema as _, definition::FieldDefinition};
use serde_json::{Value, json};

use crate::{answer, small::contract::Schema};

/// A type of the SDL, reduced to its list and non-null wrappers.
#[derive(Clone, Debug)]
enum Shape {
    Named,
    List(Box<Shape>),
    NonNull(Box<Shape>),
}

fn shape(ty: &str) -> Shape {
    if let Some(inner) = ty.strip_suffix('!') {
        return Shape::NonNull(Box::new(shape(inner)));
    }
    match ty.strip_prefix('[').and_then(|ty| ty.strip_suffix(']')) {
        Some(item) => Shape::List(Box::new(shape(item))),
        None => Shape::Named,
    }
}

/// The value that is expected when `below` fails in each object of a healthy
/// value; `None` is a propagating null.
fn propagate(
    shape: &Shape,
    healthy: &Value,
    below: &dyn Fn(&Value) -> Option<Value>,
) -> Option<Value> {
    match shape {
        Shape::NonNull(inner) => propagate_inner(inner, healthy, below),
        nullable => Some(propagate_inner(nullable, healthy, below).unwrap_or(Value::Null)),
    }
}

fn propagate_inner(
    shape: &Shape,
    healthy: &Value,
    below: &dyn Fn(&Value) -> Option<Value>,
) -> Option<Value> {
    match (shape, healthy) {
        (_, Value::Null) => Some(Value::Null),
        (Shape::List(item), Value::Array(items)) => {
            let items = items.iter().map(|value| propagate(item, value, below));
            items.collect::<Option<Vec<_>>>().map(Value::Array)
        }
        _ => below(healthy),
    }
}

fn fields(name: &str) -> &'static [FieldDefinition] {
    let ty = Schema::TYPES
        .iter()
        .find(|ty| ty.name == name)
        .expect("the type exists");
    ty.fields()
}

fn probes(name: &str) -> impl Iterator<Item = &'static FieldDefinition> {
    fields(name)
        .iter()
        .filter(|field| field.ty.trim_matches(['[', ']', '!']) == "Probe")
}

fn leaves() -> impl Iterator<Item = &'static FieldDefinition> {
    fields("Probe")
        .iter()
        .filter(|field| field.ty.starts_with("Int") && field.name != "value")
}

/// The object with its failing leaf as null; `None` if the null propagates.
fn object_with(object: &Value, leaf: &FieldDefinition) -> Option<Value> {
    let mut object = object.clone();
    if !leaf.nullable {
        return None;
    }
    object[leaf.name] = Value::Null;
    Some(object)
}

#[tokio::test]
async fn nulls_propagate_through_every_shape() {
    let mut cases = 0;
    for root in probes("Query") {
        for middle in probes("Probe") {
            for leaf in leaves() {
                let (root_name, middle_name, leaf_name) = (root.name, middle.name, leaf.name);
                let healthy = answer(&format!(
                    "{{ {root_name} {{ value {middle_name} {{ value }} }} }}"
                ))
                .await;
                assert_eq!(healthy["errors"], json!([]));
                let failing = answer(&format!(
                    "{{ {root_name} {{ value {middle_name} {{ value {leaf_name} }} }} }}"
                ))
                .await;

                let below = |object: &Value| {
                    let child = propagate(&shape(middle.ty), &object[middle_name], &|object| {
                        object_with(object, leaf)
                    })?;
                    let mut object = object.clone();
                    object[middle_name] = child;
                    Some(object)
                };
                let value = propagate(&shape(root.ty), &healthy["data"][root_name], &below);
                let expected = value.map_or(Value::Null, |value| json!({ root_name: value }));
                assert_eq!(
                    failing["data"], expected,
                    "{root_name}.{middle_name}.{leaf_name}"
                );
                cases += 1;

                // Every error has the path of its field, and each field one error.
                let errors = failing["errors"].as_array().expect("a list");
                assert!(!errors.is_empty(), "{root_name}.{middle_name}.{leaf_name}");
                let mut paths: Vec<_> = errors
                    .iter()
                    .map(|error| error["path"].to_string())
                    .collect();
                assert!(
                    paths
                        .iter()
                        .all(|path| path.ends_with(&format!("\"{leaf_name}\"]")))
                );
                paths.dedup();
                assert_eq!(paths.len(), errors.len());
            }
        }
    }
    assert_eq!(cases, 7 * 6 * 3);
}

#[tokio::test]
async fn root_fields_fail_like_any_other() {
    let nullable = answer("{ fails probe { value } }").await;
    assert_eq!(
        nullable["data"],
        json!({ "fails": null, "probe": { "value": 1 } })
    );
    let non_null = answer("{ failsNonNull probe { value } }").await;
    assert_eq!(non_null["data"], Value::Null);
    assert_eq!(non_null["errors"][0]["path"], json!(["failsNonNull"]));
}

#[tokio::test]
async fn siblings_of_a_failing_field_are_completed() {
    let (text, loads) = crate::execute(
        "{ probeNonNull { failsNonNull child { child { fails } } } }",
        json!({}),
        crate::Role::Member,
    )
    .await;
    assert!(text.starts_with("{\"data\":null"), "{text}");
    assert_eq!(
        loads,
        [
            "ProbeChild 1",
            "ProbeChild 1",
            "ProbeFails 1",
            "ProbeFailsNonNull 1"
        ]
    );
}

#[tokio::test]
async fn the_error_names_a_key_that_is_missing_in_the_batch() {
    let answer = answer("{ probe { missing } }").await;
    assert_eq!(answer["data"], json!({ "probe": null }));
    let message = answer["errors"][0]["message"].as_str().expect("a message");
    assert!(
        message.contains("Probe.missing") && message.contains('1'),
        "{message}"
    );
}
