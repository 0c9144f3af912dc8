//! `POST /internal/email`, where identity providers submit sign-in codes.

mod rejected;

use coach_domain::queue::QueueName;
use reqwest::RequestBuilder;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::harness::{TestApp, kinds};

/// The API keys of two services. The gateway knows only their digests.
const COGNITO: &str = "open sesame of the pool";
const PARTNER: &str = "open sesame of a partner";

fn hex_digest(key: &str) -> String {
    hex::encode(Sha256::digest(key))
}

async fn start() -> TestApp {
    let known = |name: &str, key: &str| format!("{name}={}", hex_digest(key));
    let keys = [known("cognito", COGNITO), known("partner", PARTNER)].join(",");
    TestApp::with_env(&[("COACH_AUTH_API_KEYS", &keys)]).await
}

fn code() -> Value {
    json!({ "address": "ada@example.com", "code": "493817" })
}

/// A code with another value for one field.
fn with(field: &str, value: impl Into<Value>) -> Value {
    let mut code = code();
    code[field] = value.into();
    code
}

/// A request without credentials.
fn request(test: &TestApp, key: &str, body: impl Into<reqwest::Body>) -> RequestBuilder {
    test.client
        .post(format!("{}/internal/email", test.base))
        .header("content-type", "application/json")
        .header("idempotency-key", key)
        .body(body)
}

/// Sends a request and returns its status with the envelope's id or the error code. The response must contain nothing
/// of what was submitted.
async fn send(request: RequestBuilder) -> (u16, String) {
    let answer = request.send().await.expect("an answer");
    let status = answer.status().as_u16();
    let text = answer.text().await.expect("text");
    let body: Value = serde_json::from_str(&text).expect("JSON");
    let id = body["id"].as_str().unwrap_or_default();
    assert!(id.is_empty() || Uuid::parse_str(id).is_ok(), "{text}");
    // Hexadecimal ids may contain "ada" by chance.
    let request_id = body["errors"][0]["extensions"]["requestId"].as_str();
    let rest = text
        .replace(id, "")
        .replace(request_id.unwrap_or_default(), "");
    assert!(
        !rest.contains("ada") && !rest.contains("493817") && !rest.contains("sesame"),
        "{text}"
    );
    let result = if status == 202 {
        &body["id"]
    } else {
        assert!(body["id"].is_null(), "{body}");
        &body["errors"][0]["extensions"]["code"]
    };
    (status, result.as_str().expect("text").to_owned())
}

async fn submit(test: &TestApp, service: &str, key: &str, body: &Value) -> (u16, String) {
    let request = request(test, key, body.to_string());
    send(request.header("x-api-key", service)).await
}

fn error(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

/// Fails if anything was enqueued, or an idempotency key used.
async fn assert_no_effect(test: &TestApp) {
    assert_eq!(test.take_outbox().await, []);
    let keys = test.number("SELECT count(*) FROM idempotency_key").await;
    assert_eq!(keys, 0);
}

#[tokio::test]
async fn a_code_is_enqueued_before_it_is_accepted() {
    let test = start().await;
    let (status, id) = submit(&test, COGNITO, "1", &code()).await;
    assert_eq!(status, 202);
    let enqueued = test.take_outbox().await;
    assert_eq!(kinds(&enqueued), ["email.sign-in-code"]);
    assert_eq!(enqueued[0].queue, QueueName::EmailUrgent);
    let envelope = &enqueued[0].envelope;
    assert_eq!(envelope.id.to_string(), id);
    // The recipient may not be a member yet.
    assert_eq!((envelope.version, envelope.member), (1, None));
    let payload = json!({ "address": "ada@example.com", "code": "493817",
        "expiresAt": "2026-03-18T12:03:00Z" });
    assert_eq!(envelope.payload, payload);

    let whole = json!({ "address": "ada@example.com", "code": "a-Z_9!", "locale": "en-GB",
        "expiresAt": "2026-03-18T14:30:00+02:00" });
    let longest = "k".repeat(64);
    assert_eq!(submit(&test, COGNITO, &longest, &whole).await.0, 202);
    let payload = json!({ "address": "ada@example.com", "code": "a-Z_9!", "locale": "en-GB",
        "expiresAt": "2026-03-18T12:30:00Z" });
    assert_eq!(test.take_outbox().await[0].envelope.payload, payload);
}

#[tokio::test]
async fn nothing_that_may_be_left_out_keeps_a_code_from_going_out() {
    let test = start().await;
    let in_three_minutes = "2026-03-18T12:03:00Z";
    for (field, value, kept) in [
        ("locale", json!("de_AT"), json!("de-AT")),
        ("locale", json!("en_US"), json!("en-US")),
        ("locale", json!("en_US.UTF-8"), json!("en-US")),
        ("locale", json!("xx"), json!("xx")),
        ("locale", json!("i-klingon"), Value::Null),
        ("locale", json!("en\r\nBcc: eve@example.com"), Value::Null),
        ("locale", json!("a".repeat(36)), Value::Null),
        ("locale", json!(""), Value::Null),
        ("locale", json!(1), Value::Null),
        ("locale", json!(["en"]), Value::Null),
        ("locale", Value::Null, Value::Null),
        ("expiresAt", json!("soon"), json!(in_three_minutes)),
        ("expiresAt", json!("2026-03-18"), json!(in_three_minutes)),
        (
            "expiresAt",
            json!("2026-03-18T14:30:00"),
            json!(in_three_minutes),
        ),
        ("expiresAt", json!(1_773_835_200), json!(in_three_minutes)),
        ("expiresAt", Value::Null, json!(in_three_minutes)),
        // It would be expired before it is sent.
        (
            "expiresAt",
            json!("2026-03-18T11:00:00Z"),
            json!(in_three_minutes),
        ),
    ] {
        let key = format!("{field} {value:.30}");
        let (status, _) = submit(&test, COGNITO, &key, &with(field, value.clone())).await;
        assert_eq!(status, 202, "{field}: {value}");
        let enqueued = test.take_outbox().await;
        assert_eq!(kinds(&enqueued), ["email.sign-in-code"], "{field}: {value}");
        assert_eq!(
            enqueued[0].envelope.payload[field], kept,
            "{field}: {value}"
        );
    }
}

#[tokio::test]
async fn the_same_again_is_the_same_code() {
    let test = start().await;
    let first = submit(&test, COGNITO, "1", &code()).await;
    test.advance(chrono::TimeDelta::minutes(2));
    assert_eq!(submit(&test, COGNITO, "1", &code()).await, first);
    let enqueued = test.take_outbox().await;
    assert_eq!(enqueued.len(), 1);
    // Its expiry does not change.
    assert_eq!(
        enqueued[0].envelope.payload["expiresAt"],
        "2026-03-18T12:03:00Z"
    );
    // Nor does it matter whether it was sent.
    assert_eq!(submit(&test, COGNITO, "1", &code()).await, first);

    let reused = error(422, "IDEMPOTENCY_KEY_REUSED");
    for other in [
        with("code", "493818"),
        with("address", "ada@example.org"),
        with("expiresAt", "2026-03-18T12:03:00Z"),
    ] {
        assert_eq!(submit(&test, COGNITO, "1", &other).await, reused, "{other}");
    }
    assert_eq!(test.take_outbox().await, []);
    // Each service has its own keys.
    let (status, id) = submit(&test, PARTNER, "1", &with("code", "493818")).await;
    assert_eq!((status, id == first.1), (202, false));
    assert_eq!(test.take_outbox().await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_many_times_at_once_is_one_code() {
    let test = start().await;
    let code = code();
    let requests = (0..8).map(|_| submit(&test, COGNITO, "1", &code));
    let answers = futures_util::future::join_all(requests).await;
    let enqueued = test.take_outbox().await;
    assert_eq!(enqueued.len(), 1);
    let id = enqueued[0].envelope.id;
    for (status, returned) in answers {
        assert_eq!((status, returned.parse::<Uuid>()), (202, Ok(id)));
    }
}

#[tokio::test]
async fn without_the_database_nothing_is_accepted() {
    let test = start().await;
    test.execute("ALTER TABLE outbox RENAME TO outbox_away")
        .await;
    let (status, _) = submit(&test, COGNITO, "1", &code()).await;
    assert_eq!(status, 503);
    test.execute("ALTER TABLE outbox_away RENAME TO outbox")
        .await;
    // The key was rolled back with the transaction.
    assert_no_effect(&test).await;
    assert_eq!(submit(&test, COGNITO, "1", &code()).await.0, 202);
    assert_eq!(test.take_outbox().await.len(), 1);
}
