//! Tests of request parsing, and of the status and errors of responses.

use std::io::Write as _;

use flate2::{Compression, write::GzEncoder};

use super::*;

const TYPENAME: &str = r#"{"query": "{__typename}"}"#;

fn request() -> axum::http::request::Builder {
    Request::post("/graphql").header("content-type", "application/json")
}

/// Status and body of the response.
async fn answer(request: axum::http::request::Builder, body: impl Into<Body>) -> (u16, Value) {
    let response = send(request, body).await;
    (response.status().as_u16(), json(response).await)
}

fn code(body: &Value) -> &Value {
    &body["errors"][0]["extensions"]["code"]
}

#[tokio::test]
async fn a_slash_at_the_end_changes_nothing() {
    let slash = Request::post("/graphql/").header("content-type", "application/json");
    let (status, body) = answer(slash, TYPENAME).await;
    assert_eq!(
        (status, body),
        (200, json!({"data": {"__typename": "Query"}}))
    );
}

#[tokio::test]
async fn a_header_without_a_credential_is_anonymous() {
    for blank in ["", "Bearer", "Bearer "] {
        let (status, _) = answer(request().header("authorization", blank), TYPENAME).await;
        assert_eq!(status, 200, "{blank:?}");
    }
    let (status, body) = answer(request().header("authorization", "Bearer x"), TYPENAME).await;
    assert_eq!((status, code(&body)), (401, &json!("UNAUTHENTICATED")));
}

#[tokio::test]
async fn gzip_is_decoded_and_other_codings_are_rejected() {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(TYPENAME.as_bytes()).unwrap();
    let zipped = encoder.finish().unwrap();
    let (status, body) = answer(request().header("content-encoding", "gzip"), zipped).await;
    assert_eq!(
        (status, body),
        (200, json!({"data": {"__typename": "Query"}}))
    );
    let brotli = request().header("content-encoding", "br");
    let response = send(brotli, TYPENAME).await;
    assert_eq!(header(&response, "accept-encoding"), "gzip");
    let expected = (415, "UNSUPPORTED_MEDIA_TYPE".to_owned());
    assert_eq!(error_of(response).await, expected);
}

#[tokio::test]
async fn hashes_of_persisted_queries_get_their_own_error() {
    let hash = json!({"persistedQuery": {"version": 1, "sha256Hash": "ab"}});
    let expected = json!([{
        "message": "PersistedQueryNotSupported",
        "extensions": {"code": "PERSISTED_QUERY_NOT_SUPPORTED"},
    }]);
    for query in [json!({}), json!({"query": null}), json!({"query": ""})] {
        let mut body = query;
        body["extensions"] = hash.clone();
        for (accept, status) in [
            ("application/graphql-response+json", 400),
            ("application/json", 200),
        ] {
            let request = request().header("accept", accept);
            let (actual, body) = answer(request, body.to_string()).await;
            assert_eq!((actual, &body), (status, &json!({"errors": expected})));
        }
    }
    let by_url = Request::get("/graphql?extensions=%7B%22persistedQuery%22%3A%7B%7D%7D");
    let response = send(by_url, Body::empty()).await;
    assert_eq!(header(&response, "cache-control"), "no-store");
    assert_eq!(json(response).await["errors"], expected);
    // Each operation of a batch has its own result, and one with its document is executed.
    let batch = json!([{"extensions": hash}, {"query": "{__typename}", "extensions": hash}]);
    let (status, body) = answer(request(), batch.to_string()).await;
    let executed = json!({"data": {"__typename": "Query"}});
    assert_eq!(
        (status, body),
        (200, json!([{"errors": expected}, executed]))
    );
}

#[tokio::test]
async fn a_rejected_batch_has_one_error_per_operation() {
    let repeated = |code: &str, times: usize| vec![code.to_owned(); times];
    let errors_of = async |request: axum::http::request::Builder, body: String| {
        let (status, body) = answer(request, body).await;
        let errors = body.as_array().cloned();
        let codes = errors.unwrap_or_else(|| panic!("no list: {body}"));
        let codes = codes
            .iter()
            .map(|one| code(one).as_str().unwrap().to_owned());
        (status, codes.collect::<Vec<_>>())
    };
    let many = json!(vec![json!({"query": "{__typename}"}); 11]).to_string();
    let expected = (400, repeated("BAD_REQUEST", 11));
    assert_eq!(errors_of(request(), many).await, expected);
    let forged = request().header("authorization", "Bearer a.b.c");
    let two = format!("[{TYPENAME}, {TYPENAME}]");
    let expected = (401, repeated("UNAUTHENTICATED", 2));
    assert_eq!(errors_of(forged, two).await, expected);
    let one_without = format!("[{TYPENAME}, {{}}, {TYPENAME}]");
    let expected = (400, repeated("BAD_REQUEST", 3));
    assert_eq!(errors_of(request(), one_without).await, expected);
    let half = format!(r#"[{TYPENAME}, {{"query": "{{a}}", "variables": {{"x": "\ud83c"}}}}]"#);
    let expected = (400, repeated("BAD_USER_INPUT", 2));
    assert_eq!(errors_of(request(), half).await, expected);
}

#[tokio::test]
async fn a_batch_that_cannot_be_counted_has_one_error() {
    let far_too_many = format!("[{}]", vec!["1"; 100_000].join(","));
    let broken_off = format!("[{TYPENAME}, ");
    for body in ["[]", &far_too_many, &broken_off, "7"] {
        let (status, body) = answer(request(), body.to_owned()).await;
        assert_eq!((status, code(&body)), (400, &json!("BAD_REQUEST")));
    }
    let forged = request().header("authorization", "Bearer a.b.c");
    let (status, body) = answer(forged, TYPENAME).await;
    assert_eq!((status, code(&body)), (401, &json!("UNAUTHENTICATED")));
}

#[tokio::test]
async fn arrays_are_rejected_in_place_of_objects() {
    for body in [
        r#"[["{__typename}"]]"#,
        r#"["{__typename}"]"#,
        r#"{"query": "{__typename}", "extensions": []}"#,
        r#"{"query": "{__typename}", "extensions": [null]}"#,
        r#"{"query": "{__typename}", "variables": []}"#,
        r#"[{"query": "{__typename}", "extensions": []}]"#,
    ] {
        let response = send(request(), body).await;
        assert_eq!(response.status(), StatusCode::BAD_REQUEST, "{body}");
    }
    let by_url = Request::get("/graphql?query=%7B__typename%7D&extensions=%5B%5D");
    let (status, body) = answer(by_url, Body::empty()).await;
    assert_eq!((status, code(&body)), (400, &json!("BAD_REQUEST")));
}

#[tokio::test]
async fn the_error_of_a_lone_surrogate_names_its_variable() {
    let body = r#"{"query": "{__typename}", "variables": {"input": {"names": ["a", "\ud83c"]}}}"#;
    let (status, body) = answer(request(), body).await;
    assert_eq!(status, 400);
    let message = body["errors"][0]["message"].as_str().unwrap();
    assert!(
        message.starts_with("$input.names[1] has half of"),
        "{message}"
    );
    let expected = json!({"code": "BAD_USER_INPUT", "variable": "input"});
    assert_eq!(body["errors"][0]["extensions"], expected);
    let by_url = "/graphql?query=%7B__typename%7D&variables=%7B%22x%22:%22%5Cudf55%22%7D";
    let (_, body) = answer(Request::get(by_url), Body::empty()).await;
    let message = body["errors"][0]["message"].as_str().unwrap();
    assert!(message.starts_with("$x has half of"), "{message}");
    let in_text = r#"{"query": "{a(x: \"\ud83c\")}"}"#;
    let (_, body) = answer(request(), in_text).await;
    let message = body["errors"][0]["message"].as_str().unwrap();
    assert!(message.starts_with("`query` has half of"), "{message}");
    let whole = r#"{"query": "{__typename}", "variables": {"x": "\ud83c\udf55"}}"#;
    assert_eq!(answer(request(), whole).await.0, 200);
}

#[tokio::test]
async fn the_cost_is_reported_on_request() {
    let recipes = |first| json!({"query": format!("{{recipes(first: {first}){{nodes{{id}}}}}}")});
    let reporting = || request().header("graphql-cost", "report");
    let (_, one) = answer(reporting(), recipes(1).to_string()).await;
    let (_, two) = answer(reporting(), recipes(2).to_string()).await;
    let counted = |body: &Value| body["extensions"]["cost"]["counted"].as_u64().unwrap();
    assert!(counted(&two) > counted(&one), "{one} {two}");
    assert_eq!(one["extensions"]["cost"]["limit"], 5000);
    // The example of `docs/CLIENTS.md`.
    let example = "{ recipes(first: 20) { nodes { title ingredients { name } } } }";
    let (_, body) = answer(reporting(), json!({"query": example}).to_string()).await;
    assert_eq!(counted(&body), 221, "{body}");
    // The cost is also reported if it exceeds the limit.
    let pages =
        (0..30).map(|i| format!("a{i}: recipes(first: 100){{nodes{{ingredients{{name}}}}}}"));
    let pages = format!("{{{}}}", pages.collect::<Vec<_>>().join(" "));
    let (_, body) = answer(reporting(), json!({"query": pages}).to_string()).await;
    assert_eq!(code(&body), "COST_LIMIT_EXCEEDED", "{body}");
    assert!(counted(&body) > 5000, "{body}");
    let (_, silent) = answer(request(), recipes(1).to_string()).await;
    assert_eq!(silent["extensions"], Value::Null);
    let (_, unplanned) = answer(reporting(), r#"{"query": "{nope}"}"#).await;
    assert_eq!(unplanned["extensions"], Value::Null);
    let batch = format!("[{}, {}]", recipes(1), recipes(2));
    let (_, batch) = answer(reporting(), batch).await;
    assert_eq!(counted(&batch[1]), counted(&two));
}

#[tokio::test]
async fn data_with_errors_is_a_partial_success() {
    let status = async |accept: &str, query: &str| {
        let request = request().header("accept", accept);
        let (status, body) = answer(request, json!({"query": query}).to_string()).await;
        (status, body.get("data").is_some())
    };
    let response = "application/graphql-response+json";
    for (query, expected) in [
        ("{__typename}", (200, true)),
        ("{me{id}}", (294, true)),
        ("{me{id} __typename}", (294, true)),
        ("{nope}", (400, false)),
    ] {
        assert_eq!(status(response, query).await, expected, "{query}");
        let (expected, has_data) = (200, expected.1);
        let plain = status("application/json", query).await;
        assert_eq!(plain, (expected, has_data), "{query}");
    }
}
