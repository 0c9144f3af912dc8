//! Bearer tokens that do not count.

use serde_json::{Value, json};

use crate::harness::{TestApp, member};

async fn with_header(test: &TestApp, header: &str) -> (u16, Value, bool) {
    let response = test
        .client
        .post(format!("{}/graphql", test.base))
        .header("authorization", header)
        .json(&json!({ "query": "{ me { id } }" }))
        .send()
        .await
        .expect("an answer");
    let (status, challenge) = (
        response.status().as_u16(),
        response.headers().contains_key("www-authenticate"),
    );
    (status, response.json().await.expect("JSON"), challenge)
}

#[tokio::test]
async fn a_token_that_does_not_count_is_401_with_a_code() {
    let test = TestApp::start().await;
    let good = test.token(member::MAYA);
    assert_eq!(with_header(&test, &format!("Bearer {good}")).await.0, 200);
    let (head, rest) = good.split_once('.').expect("a JWT");
    let (claims, signature) = rest.split_once('.').expect("a JWT");
    let mut forged = signature.as_bytes().to_vec();
    forged[10] = if forged[10] == b'A' { b'B' } else { b'A' };
    let forged = String::from_utf8(forged).expect("text");
    for header in [
        format!("Bearer {head}.{claims}.{forged}"),
        format!("Bearer {head}.{claims}."),
        // {"alg":"none"}
        format!("Bearer eyJhbGciOiJub25lIn0.{claims}."),
        "Bearer".to_owned(),
        "Bearer x".to_owned(),
        format!("Basic {good}"),
        format!("Bearer {}", "a.".repeat(20_000)),
    ] {
        let (status, body, challenge) = with_header(&test, &header).await;
        assert_eq!(
            (status, body["errors"][0]["extensions"]["code"].as_str()),
            (401, Some("UNAUTHENTICATED")),
            "{header:.80}"
        );
        assert!(challenge && body["data"].is_null());
    }
}

#[tokio::test]
async fn a_token_ends() {
    let test = TestApp::start().await;
    let token = format!("Bearer {}", test.token(member::MAYA));
    assert_eq!(with_header(&test, &token).await.0, 200);
    test.advance(chrono::TimeDelta::days(8));
    assert_eq!(with_header(&test, &token).await.0, 401);
}
