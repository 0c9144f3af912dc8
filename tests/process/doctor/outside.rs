//! Faults of what others run: identity provider, CDN, mail, telemetry.

use std::{
    net::TcpListener,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use axum::{Json, Router, http::header, routing::get};
use chrono::TimeDelta;
use coach_domain::clock::{Clock as _, SystemClock};
use coach_gateway::auth::LocalIssuer;
use coach_tests::free_port;
use serde_json::{Value, json};

use super::run::Doctor;
use crate::coach::folder;

/// A key that is not supported.
fn unsupported_key() -> Value {
    json!({ "kid": "p521", "kty": "EC", "crv": "P-521", "x": "AA", "y": "AA", "alg": "ES512" })
}

/// An identity provider, a CDN and SES, all of which have faults until `mended`.
async fn start(mended: Arc<AtomicBool>) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await;
    let listener = listener.expect("a port");
    let base = format!("http://{}", listener.local_addr().expect("an address"));
    let is_mended = move || mended.load(Ordering::Relaxed);
    let (of_keys, of_discovery, of_file) =
        (is_mended.clone(), is_mended.clone(), is_mended.clone());
    let keys = LocalIssuer::generate().expect("a key").key_set();
    let keys = serde_json::to_value(keys).expect("JSON");
    let issuer = base.clone();
    let router = Router::new()
        .route(
            "/.well-known/jwks.json",
            get(async move || {
                let (keys, offset) = if of_keys() {
                    (keys, TimeDelta::zero())
                } else {
                    (
                        json!({ "keys": [unsupported_key()] }),
                        TimeDelta::seconds(61),
                    )
                };
                let date = (SystemClock.now() - offset).to_rfc2822();
                ([(header::DATE, date.replace("+0000", "GMT"))], Json(keys))
            }),
        )
        .route(
            "/.well-known/openid-configuration",
            get(async move || {
                let slash = if of_discovery() { "" } else { "/" };
                Json(json!({
                    "issuer": format!("{issuer}{slash}"),
                    "jwks_uri": format!("{issuer}/.well-known/jwks.json"),
                }))
            }),
        )
        .route(
            "/live/status.json",
            get(async move || {
                let seconds = if of_file() { 2 } else { 3600 };
                let policy = format!("public, max-age={seconds}");
                let headers = [
                    (header::CACHE_CONTROL, policy),
                    (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*".to_owned()),
                ];
                (headers, "{}")
            }),
        )
        .route(
            "/v2/email/identities/coach.test",
            get(async move || {
                let status = if is_mended() { "SUCCESS" } else { "PENDING" };
                Json(json!({
                    "VerifiedForSendingStatus": is_mended(),
                    "DkimAttributes": { "Status": status, "Tokens": ["abc", "def"] },
                }))
            }),
        );
    tokio::spawn(async move { axum::serve(listener, router).await });
    base
}

#[tokio::test(flavor = "multi_thread")]
#[expect(
    clippy::too_many_lines,
    reason = "one deployment with all of its faults"
)]
async fn faults_of_what_others_run_are_named() {
    let folder = folder();
    let mended = Arc::new(AtomicBool::new(false));
    let base = start(mended.clone()).await;
    let nowhere = format!("127.0.0.1:{}", free_port());
    let doctor = Doctor::new(&folder)
        .set(
            "COACH_DATABASE_URL",
            &format!("postgres://coach@{nowhere}/coach"),
        )
        .set("COACH_AUTH_ISSUER", &base)
        .set("COACH_AUTH_AUDIENCE", "coach")
        .set("COACH_LIVE_STATUS_URL", &format!("{base}/live/status.json"))
        .set("COACH_MAIL", "ses")
        .set("COACH_MAIL_FROM", "Coach <hello@coach.test>")
        .set("COACH_MAIL_APP_URL", "https://app.coach.test/")
        .set("COACH_MAIL_IMPRINT", "Coach, 1 Example Street")
        .set("COACH_STRIPE_API_KEY", "key")
        .set("COACH_STRIPE_PRODUCTS", "prod_1")
        .set("AWS_ENDPOINT_URL", &base)
        .set("AWS_REGION", "us-east-1")
        .set("AWS_ACCESS_KEY_ID", "test")
        .set("AWS_SECRET_ACCESS_KEY", "test")
        .set("OTEL_EXPORTER_OTLP_ENDPOINT", &format!("http://{nowhere}"));
    let report = doctor.json(&[]);
    assert_eq!(report.code, 1);
    let issuer = format!("set COACH_AUTH_ISSUER={base}/");
    for (name, severity, what, mend) in [
        (
            "database",
            "problem",
            "refused",
            "is Postgres running there",
        ),
        ("identity provider: keys", "problem", "no key", "ES256"),
        (
            "identity provider: keys",
            "warning",
            "p521",
            "sign with one of",
        ),
        (
            "identity provider: issuer",
            "problem",
            "byte for byte",
            &issuer,
        ),
        (
            "clock: identity provider",
            "problem",
            "this machine is 6",
            "chrony",
        ),
        ("CDN", "problem", "for 3600 s", "two seconds"),
        (
            "mail: transport",
            "problem",
            "coach.test is not verified",
            "abc._domainkey.coach.test CNAME abc.dkim.amazonses.com",
        ),
        (
            "mail: unsubscribing",
            "warning",
            "cannot offer to unsubscribe",
            "COACH_MAIL_UNSUBSCRIBE_URL=",
        ),
        (
            "secrets: webhooks",
            "warning",
            "Stripe",
            "COACH_WEBHOOK_STRIPE_SECRETS",
        ),
        (
            "telemetry: OTEL_EXPORTER_OTLP_ENDPOINT",
            "problem",
            "cannot be connected to",
            "start the collector",
        ),
    ] {
        report.assert_finding(name, severity, what, mend);
    }

    mended.store(true, Ordering::Relaxed);
    let report = doctor.json(&[]);
    for name in [
        "identity provider: keys",
        "identity provider: issuer",
        "clock: identity provider",
        "CDN",
        "mail: transport",
    ] {
        assert_eq!(report.outcome(name), "ok", "{name}: {report}");
    }

    // SES does not know the sender; an SMTP server is not there.
    let report = doctor.set("COACH_MAIL_FROM", "hello@other.test").json(&[]);
    let mend = "aws sesv2 create-email-identity --email-identity other.test";
    report.assert_finding("mail: transport", "problem", "other.test", mend);
    let report = doctor
        .set("COACH_MAIL", &format!("smtp://{nowhere}"))
        .json(&[]);
    report.assert_finding(
        "mail: transport",
        "problem",
        "cannot be reached",
        "COACH_MAIL",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_says_nothing_takes_no_longer_than_the_timeout() {
    let folder = folder();
    // Accepts connections, and says nothing.
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = silent.local_addr().expect("an address");
    let url = format!("http://{address}");
    let doctor = Doctor::new(&folder)
        .set(
            "COACH_DATABASE_URL",
            &format!("postgres://coach@{address}/coach"),
        )
        .set("COACH_AUTH_ISSUER", &url)
        .set("COACH_AUTH_AUDIENCE", "coach")
        .set("COACH_LIVE_STATUS_URL", &format!("{url}/live/status.json"));
    let report = doctor.json(&["--timeout", "1"]);
    assert_eq!(report.code, 1);
    for name in ["database", "identity provider: keys", "CDN"] {
        report.assert_finding(name, "problem", "no answer within 1 s", "");
    }
    assert_eq!(report.outcome("objects: write"), "skipped", "{report}");
}
