//! Executes operations on the small schema.

#![expect(
    unreachable_pub,
    reason = "the parts are shared with tests/mistakes, where each file is a crate"
)]

mod model {
    include!("small/parts/model.rs");
    include!("small/parts/dish.rs");
    include!("small/parts/course.rs");
}

mod small {
    include!("small/parts/around.rs");
    include!("small/parts/scalar.rs");
    include!("small/parts/ingredients.rs");
    include!("small/parts/query_dish.rs");
    include!("small/parts/rest.rs");
}

#[path = "execution/document.rs"]
mod document_tests;
#[path = "execution/input.rs"]
mod input;
#[path = "execution/introspection.rs"]
mod introspection;
#[path = "execution/nulls.rs"]
mod nulls;
#[path = "execution/selection.rs"]
mod selection;
#[path = "execution/user_errors.rs"]
mod user_errors;

use std::sync::Arc;

use coach_execution::{Engine, Response, document};
use serde_json::{Value, json};
use small::{RequestContext, Role, contract::Schema};

/// Executes a document. Returns the response as JSON text and the batches that were loaded.
async fn execute(query: &str, variables: Value, role: Role) -> (String, Vec<String>) {
    let limits = document::Limits {
        depth: 20,
        ..Default::default()
    };
    let context = Arc::new(RequestContext::new(role));
    let engine = Engine::<Schema>::new(limits);
    let variables = async_graphql::Variables::from_json(variables);
    let response = match engine.prepare(query) {
        Ok(document) => {
            engine
                .execute(&document, None, variables, Arc::clone(&context), 5_000)
                .await
        }
        Err(errors) => Response::request_error(errors),
    };
    let data = serde_json::to_string(&response.data).expect("JSON");
    let errors = serde_json::to_string(&response.errors).expect("JSON");
    let mut loads = context.loads.lock().unwrap().clone();
    loads.sort();
    (format!("{{\"data\":{data},\"errors\":{errors}}}"), loads)
}

/// The response of a member as JSON. Keys are sorted, so tests of their order must not use it.
async fn answer(query: &str) -> Value {
    let (text, _) = execute(query, json!({}), Role::Member).await;
    serde_json::from_str(&text).expect("JSON")
}

/// The codes of the errors in a response.
fn codes(answer: &Value) -> Vec<&str> {
    let errors = answer["errors"].as_array().into_iter().flatten();
    errors
        .filter_map(|error| error["extensions"]["code"].as_str())
        .collect()
}
