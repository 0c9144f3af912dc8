//! `POST /webhooks/{source}`: authentic webhooks are stored once, and nothing of any others.

pub(crate) mod senders;

use std::{
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
};

use axum::http::StatusCode;
use coach_domain::webhook::{self, Source};
use coach_tests::shop_apis::{AUDIENCE, PUSH_ACCOUNT, push_token, signed, unknown_key};
use serde_json::{Value, json};

use self::senders::{
    Event, NOON, PATH, STANDARD, STRIPE, app_store, app_store_of, brightcove, google_play,
    google_play_by, milliseconds, receiving, shop_apis, standard_at, stripe_at,
};
use crate::{harness::TestApp, writes::shop::Shop};

async fn stored_events(test: &TestApp) -> i64 {
    test.number("SELECT count(*) FROM webhook_event").await
}

#[tokio::test]
async fn what_is_genuine_is_kept_once_with_the_work_on_it() {
    let shop = Shop::new();
    let apis = shop_apis().await;
    let test = receiving(&shop, &apis).await;
    let events = [
        (Source::Brightcove, brightcove(), "state_changed", "live"),
        (
            Source::Standard,
            standard_at(STANDARD[0], "msg_1", NOON),
            "subscription.updated",
            "webhooks",
        ),
        (
            Source::Stripe,
            stripe_at(STRIPE[1], "evt_1", NOON),
            "customer.subscription.updated",
            "webhooks",
        ),
        (
            Source::AppStore,
            app_store(&shop, "0e1b8d1c-1"),
            "DID_RENEW",
            "webhooks",
        ),
        (
            Source::GooglePlay,
            google_play("136969346945"),
            "subscriptionNotification.4",
            "webhooks",
        ),
    ];
    for (source, event, kind, queue) in events {
        // Repetitions are accepted and have no effect.
        for _ in 0..3 {
            assert_eq!(
                event.send(&test).await,
                (200, json!({ "received": true })),
                "{source:?}"
            );
        }
        let found = webhook::latest(&*test.pool, Some(source), None, 10)
            .await
            .expect("read");
        assert_eq!(found.len(), 1, "{source:?}");
        assert_eq!(found[0].kind, kind);
        let whole = webhook::find(&*test.pool, found[0].id)
            .await
            .expect("read")
            .expect("there");
        assert_eq!(whole.body, event.body.as_bytes());
        let enqueued = test.take_outbox().await;
        assert_eq!(enqueued.len(), 1, "{source:?}");
        assert_eq!(enqueued[0].queue.as_str(), queue);
        assert_eq!(
            enqueued[0].envelope.payload,
            json!({ "event": found[0].id })
        );
    }
    // While secrets are rotated, either is accepted.
    for event in [
        standard_at(STANDARD[1], "msg_2", NOON + 299),
        stripe_at(STRIPE[0], "evt_2", NOON - 299),
    ] {
        assert_eq!(event.send(&test).await.0, 200);
    }
    assert_eq!(test.take_outbox_kinds().await, ["webhook.arrived"; 2]);
    let secrets = "SELECT count(*) FROM webhook_event WHERE headers::text LIKE '%signature%' OR headers::text LIKE '%whsec%'";
    assert_eq!(test.number(secrets).await, 0);
}

#[tokio::test]
#[expect(
    clippy::too_many_lines,
    reason = "a list of everything that may be wrong"
)]
async fn nothing_is_kept_of_what_is_not_genuine() {
    let shop = Shop::new();
    let apis = shop_apis().await;
    let test = receiving(&shop, &apis).await;
    let standard = || standard_at(STANDARD[0], "msg_1", NOON);
    let stripe = || stripe_at(STRIPE[0], "evt_1", NOON);
    let apple = || app_store(&shop, "1");
    let changed = |mut event: Event, change: &dyn Fn(&mut Event)| {
        change(&mut event);
        event
    };
    let change_body = |event: &mut Event| {
        event.body = event
            .body
            .replace("true", "false")
            .replace("active", "trialing");
    };
    let with_unknown_key = |id: &str| {
        let claims = json!({ "iss": "https://accounts.google.com", "aud": AUDIENCE, "sub": "1", "email": PUSH_ACCOUNT,
            "email_verified": true, "exp": NOON + 3_000 });
        signed(&unknown_key(), id, &claims)
    };
    let google_with = |claims: &Value| google_play_by(&push_token(NOON + 3_000, claims), "1");
    let (stranger, expired) = (Shop::new(), Shop::expired());
    let mut cases = vec![
        (
            "another path",
            changed(brightcove(), &|it| it.path.push('x')),
            404,
        ),
        (
            "no path",
            Event::new("brightcove", &[], brightcove().body),
            404,
        ),
        (
            "standard: another body",
            changed(standard(), &change_body),
            401,
        ),
        (
            "standard: another id",
            changed(standard(), &|it| it.headers[0].1 = "msg_2".to_owned()),
            401,
        ),
        (
            "standard: another secret",
            standard_at("whsec_c2VjcmV0IG9mIHNvbWVib2R5IGVsc2UgMTIz", "msg_1", NOON),
            401,
        ),
        (
            "standard: stale",
            standard_at(STANDARD[0], "msg_1", NOON - 301),
            401,
        ),
        (
            "standard: of the future",
            standard_at(STANDARD[0], "msg_1", NOON + 301),
            401,
        ),
        (
            "standard: no signature",
            changed(standard(), &|it| drop(it.headers.pop())),
            401,
        ),
        (
            "standard: two ids",
            changed(standard(), &|it| {
                it.headers.push(("webhook-id", "msg_1".to_owned()));
            }),
            401,
        ),
        (
            "standard: a path",
            changed(standard(), &|it| it.path.push_str("/more")),
            404,
        ),
        ("stripe: another body", changed(stripe(), &change_body), 401),
        (
            "stripe: another secret",
            stripe_at("whsec_of_somebody_else_123456", "evt_1", NOON),
            401,
        ),
        (
            "stripe: stale",
            stripe_at(STRIPE[0], "evt_1", NOON - 301),
            401,
        ),
        (
            "stripe: of the future",
            stripe_at(STRIPE[0], "evt_1", NOON + 301),
            401,
        ),
        (
            "stripe: no signature",
            changed(stripe(), &|it| it.headers.clear()),
            401,
        ),
        ("apple: another chain", app_store(&stranger, "1"), 401),
        (
            "apple: another chain within",
            app_store_of(&shop, &stranger, "1", |_| {}),
            401,
        ),
        (
            "apple: an expired certificate",
            app_store(&expired, "1"),
            401,
        ),
        (
            "apple: another app",
            app_store_of(&shop, &shop, "1", |it| it["data"]["bundleId"] = json!("x")),
            401,
        ),
        (
            "apple: nothing paid",
            app_store_of(&shop, &shop, "1", |it| {
                it["data"]["environment"] = json!("Sandbox");
            }),
            401,
        ),
        (
            "apple: stale",
            app_store_of(&shop, &shop, "1", |it| {
                it["signedDate"] = json!(milliseconds(NOON - 8 * 86_400));
            }),
            401,
        ),
        (
            "apple: of the future",
            app_store_of(&shop, &shop, "1", |it| {
                it["signedDate"] = json!(milliseconds(NOON + 600));
            }),
            401,
        ),
        (
            "apple: another body",
            changed(apple(), &|it| {
                it.body = it
                    .body
                    .replace("signedPayload\":\"e", "signedPayload\":\"f");
            }),
            401,
        ),
        (
            "apple: nothing signed",
            Event::new("app-store", &[], "{}"),
            401,
        ),
        (
            "google: no token",
            changed(google_play("1"), &|it| it.headers.clear()),
            401,
        ),
        (
            "google: another key",
            google_play_by(&with_unknown_key("google-1"), "1"),
            401,
        ),
        (
            "google: an unknown key",
            google_play_by(&with_unknown_key("google-2"), "1"),
            401,
        ),
        (
            "google: expired",
            google_play_by(&push_token(NOON - 31, &json!({})), "1"),
            401,
        ),
        (
            "google: another audience",
            google_with(&json!({ "aud": "https://else.example" })),
            401,
        ),
        (
            "google: another issuer",
            google_with(&json!({ "iss": "https://else.example" })),
            401,
        ),
        (
            "google: another account",
            google_with(&json!({ "email": "somebody@gmail.com" })),
            401,
        ),
        (
            "google: nobody's account",
            google_with(&json!({ "email": null })),
            401,
        ),
        (
            "google: an account of its own word",
            google_with(&json!({ "email_verified": false })),
            401,
        ),
        (
            "google: of the future",
            google_with(&json!({ "nbf": NOON + 31 })),
            401,
        ),
        (
            "google: a path",
            changed(google_play("1"), &|it| it.path.push_str("/more")),
            404,
        ),
        ("nobody", Event::new("somebody", &[], "{}"), 404),
    ];
    for genuine in [
        brightcove(),
        standard(),
        stripe(),
        apple(),
        google_play("1"),
    ] {
        let plain = changed(genuine.clone(), &|it| {
            it.headers.push(("content-type", "text/plain".to_owned()));
        });
        cases.push(("another content type", plain, 415));
        let long = changed(genuine, &|it| it.body.push_str(&" ".repeat(1 << 20)));
        cases.push(("too long", long, 413));
    }
    for (what, event, expected) in cases {
        let (status, answer) = event.send(&test).await;
        assert_eq!(status, expected, "{what}: {answer}");
        assert!(
            answer["errors"][0]["extensions"]["code"].is_string(),
            "{what}: {answer}"
        );
        let text = answer.to_string();
        assert!(
            !text.contains("whsec") && !text.contains(PATH),
            "{what}: {text}"
        );
        assert_eq!(stored_events(&test).await, 0, "{what}");
        assert_eq!(test.take_outbox().await, [], "{what}");
    }
    // Unchanged they are accepted, so the changes above were the cause.
    for genuine in [
        brightcove(),
        standard(),
        stripe(),
        apple(),
        google_play("1"),
    ] {
        assert_eq!(genuine.send(&test).await.0, 200);
    }
    assert_eq!(test.take_outbox().await.len(), 5);
}

#[tokio::test]
async fn a_gateway_without_secrets_takes_nothing() {
    let shop = Shop::new();
    let test = TestApp::start().await;
    for event in [
        brightcove(),
        standard_at(STANDARD[0], "msg_1", NOON),
        stripe_at(STRIPE[0], "evt_1", NOON),
        app_store(&shop, "1"),
        google_play("1"),
    ] {
        assert_eq!(event.send(&test).await.0, 404);
    }
    assert_eq!(stored_events(&test).await, 0);
}

#[tokio::test]
async fn what_cannot_be_kept_is_to_be_sent_again() {
    let apis = shop_apis().await;
    let test = receiving(&Shop::new(), &apis).await;
    test.execute("ALTER TABLE webhook_event RENAME TO webhook_event_away")
        .await;
    let (status, answer) = standard_at(STANDARD[0], "msg_1", NOON).send(&test).await;
    assert_eq!(status, 503, "{answer}");
    test.execute("ALTER TABLE webhook_event_away RENAME TO webhook_event")
        .await;
    assert_eq!(
        standard_at(STANDARD[0], "msg_1", NOON).send(&test).await.0,
        200
    );
    assert_eq!(test.take_outbox().await.len(), 1);
}

#[tokio::test]
async fn a_push_is_to_be_sent_again_while_googles_keys_are_away() {
    let unused = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = unused.local_addr().expect("an address");
    drop(unused);
    let apis = shop_apis().await;
    let mut environment = apis.environment();
    let keys = format!("http://{address}/certs");
    environment.retain(|(name, _)| *name != "COACH_GOOGLE_PUSH_KEYS_URL");
    environment.push(("COACH_GOOGLE_PUSH_KEYS_URL", keys));
    let test = TestApp::with_env(&environment).await;
    let (status, answer) = google_play("1").send(&test).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{answer}");
    assert_eq!(stored_events(&test).await, 0);
}

/// Signs with the library that these senders use, which `tests/run` installs.
fn signed_by_library(kind: &str, secret: &str, id: &str, body: &str) -> String {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .parent()
        .expect("the target folder");
    let packages = target.join("signatures");
    assert!(
        packages.join("node_modules").is_dir(),
        "no target/signatures: run tests/run, which makes it, or set COACH_TEST_WITHOUT=signatures"
    );
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("signatures/sign.mjs");
    let mut node = Command::new("node")
        .arg(script)
        .args([kind, secret, id, &NOON.to_string()])
        .env("SIGNATURES", packages)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("node starts");
    let mut input = node.stdin.take().expect("piped");
    input.write_all(body.as_bytes()).expect("written");
    drop(input);
    let done = node.wait_with_output().expect("node ends");
    assert!(done.status.success());
    String::from_utf8(done.stdout).expect("text")
}

#[cfg_attr(
    without_signatures,
    ignore = "the libraries of senders are not installed (tests/run)"
)]
#[tokio::test]
async fn what_the_libraries_of_senders_sign_is_taken() {
    let apis = shop_apis().await;
    let test = receiving(&Shop::new(), &apis).await;
    let mut standard = standard_at(STANDARD[0], "msg_1", NOON);
    standard.body = standard.body.replace("sub_1", "süb — 1");
    standard.headers[2].1 = signed_by_library("standard", STANDARD[0], "msg_1", &standard.body);
    assert_eq!(standard.send(&test).await.0, 200);
    let mut stripe = stripe_at(STRIPE[0], "evt_1", NOON);
    stripe.body = stripe.body.replace("sub_1", "süb — 1");
    stripe.headers[0].1 = signed_by_library("stripe", STRIPE[1], "", &stripe.body);
    assert_eq!(stripe.send(&test).await.0, 200);
    assert_eq!(test.take_outbox().await.len(), 2);
}
