//! Invalid bearer tokens.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD as URL_SAFE_NO_PAD};
use coach_content::seed::LOCAL_ISSUER;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;

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
    let mut tampered = signature.as_bytes().to_vec();
    tampered[10] = if tampered[10] == b'A' { b'B' } else { b'A' };
    let tampered = String::from_utf8(tampered).expect("text");
    for header in [
        format!("Bearer {head}.{claims}.{tampered}"),
        format!("Bearer {head}.{claims}."),
        // {"alg":"none"}
        format!("Bearer eyJhbGciOiJub25lIn0.{claims}."),
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
async fn a_token_that_lacks_or_bends_a_claim_does_not_count() {
    let test = TestApp::start().await;
    let now = coach_domain::clock::Clock::now(&*test.clock).timestamp();
    let good =
        json!({ "iss": LOCAL_ISSUER, "aud": "coach", "sub": member::MAYA, "exp": now + 600 });
    let signed = |claims: &Value| format!("Bearer {}", test.issuer.sign(claims).expect("a token"));
    assert_eq!(with_header(&test, &signed(&good)).await.0, 200);
    let with = |name: &str, value: Value| {
        let mut claims = good.clone();
        claims[name] = value;
        claims
    };
    let without = |name: &str| {
        let mut claims = good.clone();
        claims.as_object_mut().expect("claims").remove(name);
        claims
    };
    for claims in [
        without("iss"),
        without("aud"),
        without("exp"),
        without("sub"),
        with("iss", json!("https://elsewhere.example")),
        with("aud", json!("another")),
        with("exp", json!(now - 600)),
        with("exp", json!("soon")),
        with("nbf", json!(now + 600)),
    ] {
        let (status, body, _) = with_header(&test, &signed(&claims)).await;
        assert_eq!(status, 401, "{claims}: {body}");
    }
}

#[tokio::test]
async fn the_public_key_is_no_secret_to_sign_with() {
    let test = TestApp::start().await;
    let keys = test
        .client
        .get(format!("{}/.well-known/jwks.json", test.base))
        .send()
        .await;
    let keys: Value = keys.expect("an answer").json().await.expect("JSON");
    let key = &keys["keys"][0];
    assert!(key["d"].is_null(), "the private key is shown");
    let (kid, public) = (
        key["kid"].as_str().expect("a kid"),
        key["x"].as_str().expect("a key"),
    );
    let good = test.token(member::MAYA);
    let claims = good.split('.').nth(1).expect("claims");
    let head = URL_SAFE_NO_PAD.encode(json!({ "alg": "HS256", "kid": kid }).to_string());
    let secret = URL_SAFE_NO_PAD.decode(public).expect("bytes");
    let hmac = Hmac::<Sha256>::new_from_slice(&secret).expect("a key of any length");
    let signed = hmac.chain_update(format!("{head}.{claims}")).finalize();
    let with_public_key = format!(
        "Bearer {head}.{claims}.{}",
        URL_SAFE_NO_PAD.encode(signed.into_bytes())
    );
    assert_eq!(with_header(&test, &with_public_key).await.0, 401);
}

#[tokio::test]
async fn a_token_ends() {
    let test = TestApp::start().await;
    let token = format!("Bearer {}", test.token(member::MAYA));
    assert_eq!(with_header(&test, &token).await.0, 200);
    test.advance(chrono::TimeDelta::days(8));
    assert_eq!(with_header(&test, &token).await.0, 401);
}
