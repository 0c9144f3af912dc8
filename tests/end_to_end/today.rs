//! The operation `Today` of the app's first screen.

use serde_json::{Value, json};

use crate::harness::{TestApp, member, read_operation};

/// Replaces ids, which vary; only their presence is tested.
fn without_ids(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            if let Some(id) = fields.get_mut("id") {
                assert!(id.as_str().is_some_and(|id| id.len() > 20), "{id}");
                *id = json!("…");
            }
            fields.values_mut().for_each(without_ids);
        }
        Value::Array(items) => items.iter_mut().for_each(without_ids),
        _ => {}
    }
}

#[tokio::test]
async fn today_is_what_it_was() {
    let test = TestApp::start().await;
    let answer = test
        .graphql(member::MAYA, &read_operation("Today"), json!({}))
        .await;
    let mut data = answer.data().clone();
    let today = &data["me"]["plan"]["currentCycle"]["today"];
    assert_eq!(today["date"], "2026-03-18");
    assert!(today["meals"].as_array().expect("meals").len() >= 4);
    without_ids(&mut data);
    insta::assert_json_snapshot!("today", data);
}

#[tokio::test]
async fn the_same_request_has_the_same_answer() {
    let test = TestApp::start().await;
    let first = test
        .graphql(member::MAYA, &read_operation("Today"), json!({}))
        .await;
    let second = test
        .graphql(member::MAYA, &read_operation("Today"), json!({}))
        .await;
    assert_eq!(first.body, second.body);
}

#[tokio::test]
async fn keys_come_in_the_order_asked() {
    let test = TestApp::start().await;
    let body = json!({ "query": "{ b: __typename me { timeZone plan { goal id } displayName } a: __typename }" });
    let response = test
        .client
        .post(format!("{}/graphql", test.base))
        .bearer_auth(test.token(member::MAYA))
        .json(&body)
        .send()
        .await
        .expect("an answer");
    let text = response.text().await.expect("text");
    let keys = [
        "\"b\"",
        "\"me\"",
        "\"timeZone\"",
        "\"plan\"",
        "\"goal\"",
        "\"id\"",
        "\"displayName\"",
        "\"a\"",
    ];
    let places = keys.map(|key| text.find(key).unwrap_or_else(|| panic!("{key} in {text}")));
    assert!(places.is_sorted(), "{text}");
}
