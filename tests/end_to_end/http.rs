//! The HTTP features that clients use: compression, cost reports, persisted queries, batches, content negotiation.

use std::io::{Read as _, Write as _};

use flate2::{Compression, read::GzDecoder, write::GzEncoder};
use reqwest::RequestBuilder;
use serde_json::{Value, json};

use crate::harness::{TestApp, member, read_operation};

fn endpoint(test: &TestApp) -> RequestBuilder {
    let request = test.client.post(format!("{}/graphql", test.base));
    request.header("content-type", "application/json")
}

async fn send(request: RequestBuilder) -> (u16, Value) {
    let response = request.send().await.expect("an answer");
    let status = response.status().as_u16();
    (status, response.json().await.expect("JSON"))
}

#[tokio::test]
async fn a_request_and_its_answer_travel_zipped() {
    let test = TestApp::start().await;
    let plain = test
        .graphql(member::MAYA, &read_operation("Today"), json!({}))
        .await;
    let mut zip = GzEncoder::new(Vec::new(), Compression::default());
    write!(zip, "{}", json!({ "query": read_operation("Today") })).expect("a buffer");
    let response = endpoint(&test)
        .bearer_auth(test.token(member::MAYA))
        .header("content-encoding", "gzip")
        .header("accept-encoding", "gzip")
        .body(zip.finish().expect("a buffer"))
        .send()
        .await
        .expect("an answer");
    assert_eq!(response.headers()["content-encoding"], "gzip");
    let zipped = response.bytes().await.expect("a body");
    let mut text = Vec::new();
    GzDecoder::new(&zipped[..])
        .read_to_end(&mut text)
        .expect("gzip");
    let unzipped: Value = serde_json::from_slice(&text).expect("JSON");
    assert_eq!(&unzipped["data"], plain.data());
    // It is compressed as well as with level 5, which the fastest level is not.
    let mut level = GzEncoder::new(Vec::new(), Compression::new(5));
    level.write_all(&text).expect("a buffer");
    let level = level.finish().expect("a buffer");
    assert!(
        zipped.len() <= level.len() + level.len() / 100,
        "{} bytes, and {} at level 5",
        zipped.len(),
        level.len()
    );
}

#[tokio::test]
async fn the_cost_of_a_screen_is_reported_to_who_asks() {
    let test = TestApp::start().await;
    let today = json!({ "query": read_operation("Today") }).to_string();
    let request = || {
        let request = endpoint(&test).bearer_auth(test.token(member::MAYA));
        request.body(today.clone())
    };
    let (_, body) = send(request().header("graphql-cost", "report")).await;
    let cost = &body["extensions"]["cost"];
    let limit = test.settings.limits.cost;
    assert_eq!(cost["limit"], limit);
    let counted = cost["counted"].as_u64().expect("a number");
    assert!(
        (1..=limit).contains(&usize::try_from(counted).expect("small")),
        "{counted}"
    );
    let (_, without) = send(request()).await;
    assert_eq!(without["extensions"], Value::Null);
    assert_eq!(without["data"], body["data"]);
}

#[tokio::test]
async fn a_client_with_hashes_sends_the_text_when_asked_to() {
    let test = TestApp::start().await;
    let token = test.token(member::MAYA);
    let hash = json!({ "persistedQuery": { "version": 1, "sha256Hash": "c0ffee" } });
    let operation = json!({ "variables": {}, "operationName": "Today", "extensions": hash });
    let hashed = endpoint(&test).bearer_auth(&token);
    let (_, body) = send(hashed.body(operation.to_string())).await;
    assert_eq!(
        body["errors"][0]["message"], "PersistedQueryNotSupported",
        "{body}"
    );
    assert_eq!(
        body["errors"][0]["extensions"]["code"],
        "PERSISTED_QUERY_NOT_SUPPORTED"
    );
    let mut operation = operation;
    operation["query"] = read_operation("Today").into();
    let full = endpoint(&test).bearer_auth(&token);
    let (status, body) = send(full.body(operation.to_string())).await;
    assert_eq!(status, 200);
    assert_eq!(body["data"]["me"]["displayName"], "Maya Brandt");
}

#[tokio::test]
async fn each_operation_of_a_batch_learns_that_the_token_is_over() {
    let test = TestApp::start().await;
    let old = test.token(member::MAYA);
    test.advance(chrono::TimeDelta::days(400));
    let batch = json!([{ "query": read_operation("Today") }, { "query": "{ __typename }" }]);
    let request = endpoint(&test).bearer_auth(old).body(batch.to_string());
    let (status, body) = send(request).await;
    let results = body.as_array().expect("a list");
    assert_eq!((status, results.len()), (401, 2));
    for one in results {
        assert_eq!(one["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    }
}

#[tokio::test]
async fn what_can_never_be_sent_says_which_variable_it_is() {
    let test = TestApp::start().await;
    let input = json!({ "idempotencyKey": "half", "displayName": "HALF" });
    let body =
        json!({ "query": read_operation("UpdatePreferences"), "variables": { "input": input } });
    // A string that was cut in the middle of an emoji.
    let body = body.to_string().replace("HALF", r"Maya \ud83d");
    let refused = test.post(member::MAYA, body).await;
    assert_eq!(
        (refused.status, refused.codes()),
        (400, vec!["BAD_USER_INPUT"])
    );
    let error = &refused.body["errors"][0];
    assert_eq!(error["extensions"]["variable"], "input");
    let message = error["message"].as_str().expect("a message");
    assert!(message.starts_with("$input.displayName "), "{message}");
    assert!(refused.statements.is_empty());
}

#[tokio::test]
async fn what_was_answered_counts_beside_what_was_not() {
    let test = TestApp::start().await;
    let query = "{ recipes(first: 1) { nodes { title } } me { id } }";
    let answer = test.graphql("", query, json!({})).await;
    assert_eq!(
        (answer.status, answer.codes()),
        (294, vec!["UNAUTHENTICATED"])
    );
    let title = &answer.body["data"]["recipes"]["nodes"][0]["title"];
    assert!(title.is_string(), "{answer:#?}");
    let plain = endpoint(&test).header("accept", "application/json");
    let (status, body) = send(plain.body(json!({ "query": query }).to_string())).await;
    assert_eq!((status, &body), (200, &answer.body));
}

#[tokio::test]
async fn people_who_type_the_address_get_to_graphiql_in_development_alone() {
    let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
    let look = async |test: &TestApp, path: &str| {
        let request = test.client.get(format!("{}{path}", test.base));
        let response = request.header("accept", browser).send().await;
        let response = response.expect("an answer");
        let (status, at) = (response.status().as_u16(), response.url().path().to_owned());
        (status, at, response.text().await.expect("text"))
    };
    let development = TestApp::in_dev_mode(&[]).await;
    for path in ["/", "/graphql", "/graphql/", "/graphiql/"] {
        let (status, at, page) = look(&development, path).await;
        assert_eq!((status, at.trim_end_matches('/')), (200, "/graphiql"));
        assert!(page.contains("GraphiQL"), "{path}: {page}");
    }
    let test = TestApp::start().await;
    assert_eq!(look(&test, "/").await.0, 404);
    assert_eq!(look(&test, "/graphql").await.0, 400);
}
