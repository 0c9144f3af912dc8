//! Invalid arguments: violations that a user can correct are in the `userErrors`
//! of the payload, others are errors with the path of the argument.

use serde_json::{Value, json};

use super::{answer, codes, execute};
use crate::small::Role;

async fn label(input: Value) -> Value {
    let query = "mutation ($input: LabelInput!) {
        label(input: $input) { label userErrors { message path } }
    }";
    let (text, _) = execute(query, json!({ "input": input }), Role::Member).await;
    serde_json::from_str(&text).expect("JSON")
}

#[tokio::test]
async fn all_violations_are_user_errors_of_the_payload() {
    let response = label(json!({
        "key": "k", "text": "", "tags": ["abcd", "abc", "x", "abcdef"], "number": 10, "date": "soon",
    }))
    .await;
    let errors = &response["data"]["label"]["userErrors"];
    assert_eq!(
        *errors,
        json!([
            { "message": "is shorter than 1 characters", "path": ["input", "text"] },
            { "message": "has more than 2 items", "path": ["input", "tags"] },
            { "message": "is more than 9", "path": ["input", "number"] },
            { "message": "is not a date", "path": ["input", "date"] },
        ]),
        "{response}"
    );
    assert_eq!(response["errors"], json!([]));
    assert!(response["data"]["label"]["label"].is_null());

    let response = label(json!({ "key": "k", "text": "toolong", "tags": ["abcd", "x"] })).await;
    let errors = response["data"]["label"]["userErrors"].as_array();
    let paths = errors.into_iter().flatten().map(|error| &error["path"]);
    let paths: Vec<_> = paths.collect();
    assert_eq!(
        paths,
        [&json!(["input", "text"]), &json!(["input", "tags", "0"])]
    );

    let literal = "mutation {
        a: label(input: { key: \"k\", text: \"toolong\" }) { userErrors { path } }
        b: label(input: { key: \"k\", text: \"right\" }) { label userErrors { path } }
    }";
    let response = answer(literal).await;
    assert_eq!(response["errors"], json!([]), "{response}");
    let data = &response["data"];
    assert_eq!(
        data["a"]["userErrors"],
        json!([{ "path": ["input", "text"] }])
    );
    assert_eq!(data["b"]["userErrors"], json!([]));
    assert!(data["b"]["label"].is_string());
}

#[tokio::test]
async fn type_mismatches_are_errors_with_an_argument_path() {
    // No person enters an ID, so its violation is not a user error.
    let response = label(json!({ "key": "long", "text": "" })).await;
    assert_eq!(response["data"], json!({ "label": null }));
    assert_eq!(codes(&response), ["BAD_USER_INPUT"]);
    let error = &response["errors"][0];
    assert_eq!(error["extensions"]["argumentPath"], json!(["input", "key"]));
    assert_eq!(
        error["message"],
        "label(input.key): is longer than 3 characters; label(input.text): is shorter than 1 characters"
    );
    // A type mismatch.
    let response = label(json!({ "key": "k", "text": "a", "date": 5 })).await;
    assert_eq!(codes(&response), ["BAD_USER_INPUT"]);
    let path = &response["errors"][0]["extensions"]["argumentPath"];
    assert_eq!(*path, json!(["input", "date"]));
}

#[tokio::test]
async fn violations_in_queries_are_errors() {
    let query = "{ dishes(filter: { not: { tags: [\"short\", \"far too long a tag\"] } }) { id } }";
    let response = answer(query).await;
    assert_eq!(codes(&response), ["BAD_USER_INPUT"]);
    let path = &response["errors"][0]["extensions"]["argumentPath"];
    assert_eq!(*path, json!(["filter", "not", "tags", 1]));
    let response = answer("{ dishes(first: 11) { id } }").await;
    let path = &response["errors"][0]["extensions"]["argumentPath"];
    assert_eq!(*path, json!(["first"]));
}
