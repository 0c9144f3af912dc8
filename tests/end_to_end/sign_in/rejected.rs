//! Rejected requests, which have no effect.

use reqwest::header::HeaderValue;
use serde_json::{Value, json};

use super::{
    COGNITO, PARTNER, assert_no_effect, code, error, hex_digest, request, send, start, submit, with,
};
use crate::harness::member::MAYA;

#[tokio::test]
async fn only_a_service_hands_over() {
    let test = start().await;
    let unsigned = || request(&test, "1", code().to_string());
    let unauthenticated = error(401, "UNAUTHENTICATED");
    for with_credentials in [
        unsigned(),
        unsigned().header("x-api-key", ""),
        unsigned().header("x-api-key", "open sesame"),
        unsigned()
            .header("x-api-key", COGNITO)
            .header("x-api-key", PARTNER),
        unsigned()
            .header("x-api-key", COGNITO)
            .header("x-api-key", COGNITO),
        // The digest is not the key.
        unsigned().header("x-api-key", hex_digest(COGNITO)),
        unsigned().bearer_auth(COGNITO),
        unsigned()
            .bearer_auth(test.token(MAYA))
            .header("x-api-key", COGNITO),
    ] {
        assert_eq!(send(with_credentials).await, unauthenticated);
    }
    let member = unsigned().bearer_auth(test.token(MAYA));
    assert_eq!(send(member).await, error(403, "FORBIDDEN"));
    assert_no_effect(&test).await;
}

#[tokio::test]
async fn who_may_not_hand_over_learns_nothing_of_the_rest() {
    let test = start().await;
    // It is rejected for that alone, whatever else is wrong with it.
    let anonymous = request(&test, "", "{").header("content-type", "text/plain");
    assert_eq!(send(anonymous).await, error(401, "UNAUTHENTICATED"));
    assert_no_effect(&test).await;
}

#[tokio::test]
async fn what_cannot_be_sent_is_refused() {
    let test = start().await;
    let bad = error(400, "BAD_REQUEST");
    let invalid = [
        (
            "address",
            json!([
                "",
                "ada",
                "ada@example",
                "@example.com",
                "ada@ex ample.com",
                "ada@example.com\n",
                "ada@example.com\u{0}",
                "ada@example.com\r\nBcc: eve@example.com",
                "ada\r\nBcc: eve@example.com",
                "ada@example.com\u{2028}Bcc: eve@example.com",
                "ada@example.com, eve@example.com",
                "ada@example.com,eve@example.com",
                "ádá@example.com",
                "a..b@example.com",
                ".a@example.com",
                "a.@example.com",
                "a\\b@example.com",
                "ada@-x.com",
                "ada@*.example.com",
                "ada@xn--a.com",
                "ada@[192.168.2.1]",
                "ada@192.168.2.1",
                "用户@例子.广告",
                "Ada <ada@example.com>",
                "<ada@example.com>",
                format!("{}@example.com", "a".repeat(65)),
                format!("ada@{}example.com", "a.".repeat(130)),
                null,
                ["ada@example.com"],
            ]),
        ),
        (
            "code",
            json!(["", "1".repeat(65), "12 34", "12\r\n34", "１２３", 493_817]),
        ),
        ("subject", json!(["Win a prize"])),
    ];
    let mut bodies = vec![
        json!({ "address": "ada@example.com" }),
        json!({ "code": "493817" }),
        json!([code()]),
        json!(["ada@example.com", "493817"]),
        json!(["ada@example.com", "493817", null, null]),
        json!("ada@example.com"),
        Value::Null,
    ];
    for (field, values) in invalid {
        let values = values.as_array().expect("values").clone();
        bodies.extend(values.into_iter().map(|value| with(field, value)));
    }
    for body in bodies {
        let response = submit(&test, COGNITO, "1", &body).await;
        assert_eq!(response, bad, "{body:.200}");
    }
    let again = format!(r#"{{"code": "1", {}"#, &code().to_string()[1..]);
    for body in ["", "{", "address=ada", &again, "\u{feff}{}"] {
        let request = request(&test, "1", body.to_owned()).header("x-api-key", COGNITO);
        assert_eq!(send(request).await, bad, "{body}");
    }
    let request = request(&test, "1", b"{\"address\": \"\xff\"}".to_vec());
    assert_eq!(send(request.header("x-api-key", COGNITO)).await, bad);
    assert_no_effect(&test).await;
    // The key is still unused.
    assert_eq!(submit(&test, COGNITO, "1", &code()).await.0, 202);
    assert_eq!(test.take_outbox().await.len(), 1);
}

#[tokio::test]
async fn without_a_key_of_its_own_no_code_is_taken() {
    let test = start().await;
    let bare = || {
        test.client
            .post(format!("{}/internal/email", test.base))
            .header("content-type", "application/json")
            .header("x-api-key", COGNITO)
            .body(code().to_string())
    };
    let too_long = "k".repeat(65);
    for request in [
        bare(),
        bare().header("idempotency-key", ""),
        bare().header("idempotency-key", too_long),
        bare().header(
            "idempotency-key",
            HeaderValue::from_bytes(b"caf\xc3\xa9").expect("bytes"),
        ),
    ] {
        assert_eq!(send(request).await, error(400, "BAD_REQUEST"));
    }
    assert_no_effect(&test).await;
}

#[tokio::test]
async fn a_body_of_another_kind_or_size_is_refused() {
    let test = start().await;
    let other = test
        .client
        .post(format!("{}/internal/email", test.base))
        .header("content-type", "text/plain")
        .header("idempotency-key", "1")
        .header("x-api-key", COGNITO)
        .body(code().to_string());
    assert_eq!(send(other).await, error(415, "UNSUPPORTED_MEDIA_TYPE"));
    let padded = |bytes: usize| {
        let code = code().to_string();
        format!("{}{code}", " ".repeat(bytes - code.len()))
    };
    let request = |bytes| request(&test, "1", padded(bytes)).header("x-api-key", COGNITO);
    // One byte more than is accepted, and more than is read at all.
    for bytes in [16 * 1024 + 1, 1024 * 1024] {
        let response = send(request(bytes)).await;
        assert_eq!(response, error(413, "PAYLOAD_TOO_LARGE"), "{bytes}");
    }
    assert_no_effect(&test).await;
    assert_eq!(send(request(16 * 1024)).await.0, 202);
    assert_eq!(test.take_outbox().await.len(), 1);
}
