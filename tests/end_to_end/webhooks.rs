//! `POST /webhooks/{source}`: what is genuine is kept once, and nothing of all else.

use std::{
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
};

use aws_lc_rs::hmac;
use coach_domain::webhook::{self, Source};
use coach_workers::standard_webhooks;
use serde_json::{Value, json};

use crate::{
    harness::TestApp,
    writes::shop::{BUNDLE, Shop, transaction},
};

const PATH: &str = "3f9f2b0c6d1e4a58-a-secret-path";
const STANDARD: [&str; 2] = [
    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
];
const STRIPE: [&str; 2] = [
    "whsec_of_the_old_endpoint_1234",
    "whsec_of_the_new_endpoint_1234",
];

/// When the tests' clock says noon, in seconds since 1970.
const NOON: i64 = 1_773_835_200;

/// A gateway that all sources may send to, with an App Store.
async fn receiving(shop: &Shop) -> TestApp {
    let root: String = shop.root.iter().map(|byte| format!("{byte:02x}")).collect();
    TestApp::set(&[
        ("COACH_WEBHOOK_BRIGHTCOVE_PATH", PATH),
        ("COACH_WEBHOOK_STANDARD_SECRETS", &STANDARD.join(",")),
        ("COACH_WEBHOOK_STRIPE_SECRETS", &STRIPE.join(", ")),
        ("COACH_APPLE_BUNDLE_ID", BUNDLE),
        ("COACH_APPLE_ROOT", &root),
    ])
    .await
}

/// What is sent.
#[derive(Clone, Debug)]
struct Event {
    path: String,
    headers: Vec<(&'static str, String)>,
    body: String,
}

impl Event {
    fn new(path: &str, headers: &[(&'static str, &str)], body: impl Into<String>) -> Self {
        let headers = headers.iter();
        let headers = headers.map(|(name, value)| (*name, (*value).to_owned()));
        Self {
            path: format!("/webhooks/{path}"),
            headers: headers.collect(),
            body: body.into(),
        }
    }

    async fn send(&self, test: &TestApp) -> (u16, Value) {
        let json = |name: &str| name == "content-type";
        let mut request = test.client.post(format!("{}{}", test.base, self.path));
        if !self.headers.iter().any(|(name, _)| json(name)) {
            request = request.header("content-type", "application/json; charset=utf-8");
        }
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        let answer = request
            .body(self.body.clone())
            .send()
            .await
            .expect("an answer");
        let status = answer.status().as_u16();
        (status, answer.json().await.expect("JSON"))
    }
}

fn brightcove() -> Event {
    let body = json!({ "job_id": "job-1", "event": "state_changed", "state": "processing" });
    Event::new(&format!("brightcove/{PATH}"), &[], body.to_string())
}

fn standard_at(secret: &str, id: &str, seconds: i64) -> Event {
    let body = json!({
        "type": "subscription.updated", "timestamp": "2026-03-18T11:59:00Z",
        "data": { "provider": "STRIPE", "externalId": "sub_1", "expiresAt": "2026-04-18T12:00:00Z", "willRenew": true },
    })
    .to_string();
    let secret = secret.parse().expect("a secret");
    let signature = standard_webhooks::sign(&[secret], id, seconds, body.as_bytes());
    let headers = [
        ("webhook-id", id),
        ("webhook-timestamp", &seconds.to_string()),
        ("webhook-signature", &signature),
    ];
    Event::new("standard", &headers, body)
}

fn stripe_at(secret: &str, id: &str, seconds: i64) -> Event {
    let body = json!({
        "id": id, "object": "event", "type": "customer.subscription.updated", "created": NOON,
        "data": { "object": { "id": "sub_1", "status": "active", "current_period_end": NOON + 86_400 } },
    })
    .to_string();
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let signature = hmac::sign(&key, format!("{seconds}.{body}").as_bytes());
    let signature: String = signature
        .as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let header = format!(
        "t={seconds},v1={},v1={signature},v0=ignored",
        "00".repeat(32)
    );
    Event::new("stripe", &[("stripe-signature", &header)], body)
}

fn milliseconds(seconds: i64) -> i64 {
    seconds * 1_000
}

/// A notification whose parts are signed by these shops.
fn app_store_of(outer: &Shop, inner: &Shop, id: &str, change: impl Fn(&mut Value)) -> Event {
    let mut bought = transaction("2000000123456789");
    bought["signedDate"] = json!(milliseconds(NOON) - 1_000);
    let renewal = json!({
        "originalTransactionId": "2000000123456789", "autoRenewStatus": 1, "environment": "Production",
        "signedDate": milliseconds(NOON) - 1_000,
    });
    let mut payload = json!({
        "notificationType": "DID_RENEW", "notificationUUID": id, "version": "2.0",
        "signedDate": milliseconds(NOON) - 500,
        "data": {
            "bundleId": BUNDLE, "environment": "Production",
            "signedTransactionInfo": inner.sign(&bought), "signedRenewalInfo": inner.sign(&renewal),
        },
    });
    change(&mut payload);
    let body = json!({ "signedPayload": outer.sign(&payload) });
    Event::new("app-store", &[], body.to_string())
}

fn app_store(shop: &Shop, id: &str) -> Event {
    app_store_of(shop, shop, id, |_| {})
}

async fn kept(test: &TestApp) -> i64 {
    test.number("SELECT count(*) FROM webhook_event").await
}

#[tokio::test]
async fn what_is_genuine_is_kept_once_with_the_work_on_it() {
    let shop = Shop::new();
    let test = receiving(&shop).await;
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
    ];
    for (source, event, kind, queue) in events {
        // Repeated and replayed: taken without a word, and nothing comes of it.
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
        let owed = test.owed().await;
        assert_eq!(owed.len(), 1, "{source:?}");
        assert_eq!(owed[0].queue.as_str(), queue);
        assert_eq!(owed[0].envelope.payload, json!({ "event": found[0].id }));
    }
    // While secrets are replaced either counts.
    for event in [
        standard_at(STANDARD[1], "msg_2", NOON + 299),
        stripe_at(STRIPE[0], "evt_2", NOON - 299),
    ] {
        assert_eq!(event.send(&test).await.0, 200);
    }
    assert_eq!(test.owed_kinds().await, ["webhook.arrived"; 2]);
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
    let test = receiving(&shop).await;
    let standard = || standard_at(STANDARD[0], "msg_1", NOON);
    let stripe = || stripe_at(STRIPE[0], "evt_1", NOON);
    let apple = || app_store(&shop, "1");
    let but = |mut event: Event, change: &dyn Fn(&mut Event)| {
        change(&mut event);
        event
    };
    let tampered = |event: &mut Event| {
        event.body = event
            .body
            .replace("true", "false")
            .replace("active", "trialing");
    };
    let (stranger, expired) = (Shop::new(), Shop::expired());
    let mut cases = vec![
        (
            "another path",
            but(brightcove(), &|it| it.path.push('x')),
            404,
        ),
        (
            "no path",
            Event::new("brightcove", &[], brightcove().body),
            404,
        ),
        (
            "no job",
            Event::new(&format!("brightcove/{PATH}"), &[], "{}"),
            400,
        ),
        ("standard: another body", but(standard(), &tampered), 401),
        (
            "standard: another id",
            but(standard(), &|it| it.headers[0].1 = "msg_2".to_owned()),
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
            but(standard(), &|it| drop(it.headers.pop())),
            401,
        ),
        (
            "standard: two ids",
            but(standard(), &|it| {
                it.headers.push(("webhook-id", "msg_1".to_owned()));
            }),
            401,
        ),
        (
            "standard: a path",
            but(standard(), &|it| it.path.push_str("/more")),
            404,
        ),
        ("stripe: another body", but(stripe(), &tampered), 401),
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
            but(stripe(), &|it| it.headers.clear()),
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
            but(apple(), &|it| {
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
            "a source that is not set",
            Event::new("google-play", &[], "{}"),
            404,
        ),
        ("nobody", Event::new("somebody", &[], "{}"), 404),
    ];
    for genuine in [brightcove(), standard(), stripe(), apple()] {
        let plain = but(genuine.clone(), &|it| {
            it.headers.push(("content-type", "text/plain".to_owned()));
        });
        cases.push(("another content type", plain, 415));
        let long = but(genuine, &|it| it.body.push_str(&" ".repeat(1 << 20)));
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
        assert_eq!(kept(&test).await, 0, "{what}");
        assert_eq!(test.owed().await, [], "{what}");
    }
    // The parts that were changed above are what made the difference.
    for genuine in [brightcove(), standard(), stripe(), apple()] {
        assert_eq!(genuine.send(&test).await.0, 200);
    }
    assert_eq!(test.owed().await.len(), 4);
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
    ] {
        assert_eq!(event.send(&test).await.0, 404);
    }
    assert_eq!(kept(&test).await, 0);
}

#[tokio::test]
async fn what_cannot_be_kept_is_to_be_sent_again() {
    let test = receiving(&Shop::new()).await;
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
    assert_eq!(test.owed().await.len(), 1);
}

/// Signs with the library that senders of this kind use; `None` where `tests/run` could not install it.
fn signed_by_library(kind: &str, secret: &str, id: &str, body: &str) -> Option<String> {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .parent()
        .expect("the target folder");
    let packages = target.join("signatures");
    if !packages.join("node_modules").is_dir() {
        return None;
    }
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
    Some(String::from_utf8(done.stdout).expect("text"))
}

#[tokio::test]
async fn what_the_libraries_of_senders_sign_is_taken() {
    let test = receiving(&Shop::new()).await;
    let mut standard = standard_at(STANDARD[0], "msg_1", NOON);
    standard.body = standard.body.replace("sub_1", "süb — 1");
    let Some(signature) = signed_by_library("standard", STANDARD[0], "msg_1", &standard.body)
    else {
        return;
    };
    standard.headers[2].1 = signature;
    assert_eq!(standard.send(&test).await.0, 200);
    let mut stripe = stripe_at(STRIPE[0], "evt_1", NOON);
    stripe.body = stripe.body.replace("sub_1", "süb — 1");
    let signature = signed_by_library("stripe", STRIPE[1], "", &stripe.body);
    stripe.headers[0].1 = signature.expect("installed");
    assert_eq!(stripe.send(&test).await.0, 200);
    assert_eq!(test.owed().await.len(), 2);
}
