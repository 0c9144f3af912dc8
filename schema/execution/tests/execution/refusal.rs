//! What is wrong with arguments, by who can mend it: a person finds it in the
//! payload's `userErrors`, a programmer in an error that points at the argument.

use serde_json::{Value, json};

use super::{answer, ask, codes};
use crate::small::Role;

async fn label(input: Value) -> Value {
    let query = "mutation ($input: LabelInput!) {
        label(input: $input) { label userErrors { message path } }
    }";
    let (text, _) = ask(query, json!({ "input": input }), Role::Member).await;
    serde_json::from_str(&text).expect("JSON")
}

#[tokio::test]
async fn what_a_person_can_mend_is_told_in_the_payload_all_of_it() {
    let answered = label(json!({
        "key": "k", "text": "", "tags": ["abcd", "abc", "x", "abcdef"], "number": 10, "date": "soon",
    }))
    .await;
    let errors = &answered["data"]["label"]["userErrors"];
    assert_eq!(
        *errors,
        json!([
            { "message": "is shorter than 1 characters", "path": ["input", "text"] },
            { "message": "has more than 2 items", "path": ["input", "tags"] },
            { "message": "is more than 9", "path": ["input", "number"] },
            { "message": "is not a date", "path": ["input", "date"] },
        ]),
        "{answered}"
    );
    assert_eq!(answered["errors"], json!([]));
    assert!(answered["data"]["label"]["label"].is_null());

    let answered = label(json!({ "key": "k", "text": "toolong", "tags": ["abcd", "x"] })).await;
    let errors = answered["data"]["label"]["userErrors"].as_array();
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
    let answered = answer(literal).await;
    assert_eq!(answered["errors"], json!([]), "{answered}");
    let data = &answered["data"];
    assert_eq!(
        data["a"]["userErrors"],
        json!([{ "path": ["input", "text"] }])
    );
    assert_eq!(data["b"]["userErrors"], json!([]));
    assert!(data["b"]["label"].is_string());
}

#[tokio::test]
async fn what_a_programmer_has_to_mend_is_an_error_that_points_at_it() {
    // Nobody types an id.
    let answered = label(json!({ "key": "long", "text": "" })).await;
    assert_eq!(answered["data"], json!({ "label": null }));
    assert_eq!(codes(&answered), ["BAD_USER_INPUT"]);
    let error = &answered["errors"][0];
    assert_eq!(error["extensions"]["argumentPath"], json!(["input", "key"]));
    assert_eq!(
        error["message"],
        "label(input.key): is longer than 3 characters; label(input.text): is shorter than 1 characters"
    );
    // Of another kind than its type.
    let answered = label(json!({ "key": "k", "text": "a", "date": 5 })).await;
    assert_eq!(codes(&answered), ["BAD_USER_INPUT"]);
    let path = &answered["errors"][0]["extensions"]["argumentPath"];
    assert_eq!(*path, json!(["input", "date"]));
}

#[tokio::test]
async fn queries_have_no_place_for_persons_errors() {
    let query = "{ dishes(filter: { not: { tags: [\"short\", \"far too long a tag\"] } }) { id } }";
    let answered = answer(query).await;
    assert_eq!(codes(&answered), ["BAD_USER_INPUT"]);
    let path = &answered["errors"][0]["extensions"]["argumentPath"];
    assert_eq!(*path, json!(["filter", "not", "tags", 1]));
    let answered = answer("{ dishes(first: 11) { id } }").await;
    let path = &answered["errors"][0]["extensions"]["argumentPath"];
    assert_eq!(*path, json!(["first"]));
}
