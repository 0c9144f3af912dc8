//! The small schema, served: what the executor answers.

#![expect(
    unreachable_pub,
    reason = "the parts are shared with the mistakes, each a crate of its own"
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
#[path = "execution/refusal.rs"]
mod refusal;
#[path = "execution/selection.rs"]
mod selection;

use std::sync::Arc;

use coach_execution::{Gateway, Response, document};
use serde_json::{Value, json};
use small::{RequestContext, Role, contract::Contract};

/// What a document is answered with, as JSON text, and the batches it took.
async fn ask(query: &str, variables: Value, role: Role) -> (String, Vec<String>) {
    let limits = document::Limits {
        depth: 20,
        ..Default::default()
    };
    let context = Arc::new(RequestContext::new(role));
    let gateway = Gateway::<Contract>::new(limits);
    let variables = async_graphql::Variables::from_json(variables);
    let response = match gateway.prepare(query) {
        Ok(document) => {
            gateway
                .execute(&document, None, variables, Arc::clone(&context), 5_000)
                .await
        }
        Err(errors) => Response::refused(errors),
    };
    let data = serde_json::to_string(&response.data).expect("JSON");
    let errors = serde_json::to_string(&response.errors).expect("JSON");
    let mut loads = context.loads.lock().unwrap().clone();
    loads.sort();
    (format!("{{\"data\":{data},\"errors\":{errors}}}"), loads)
}

/// The answer as a value; its keys are sorted, so not for tests of order.
async fn answer(query: &str) -> Value {
    let (text, _) = ask(query, json!({}), Role::Member).await;
    serde_json::from_str(&text).expect("JSON")
}

/// The codes of the errors.
fn codes(answer: &Value) -> Vec<&str> {
    let errors = answer["errors"].as_array().into_iter().flatten();
    errors
        .filter_map(|error| error["extensions"]["code"].as_str())
        .collect()
}
