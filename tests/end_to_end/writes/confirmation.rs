//! Email addresses: registering with one, and confirming it.

use chrono::TimeDelta;
use coach_domain::clock::Clock as _;
use serde_json::{Value, json};

use super::{change, keyed};
use crate::harness::{
    GraphqlResponse, TestApp, kinds,
    member::{MAYA, UNREGISTERED},
    read_operation,
};

const STRANGER: &str = "stranger@example.com";

fn input(email: &str) -> Value {
    json!({
        "displayName": "Account locked! Call 0800 123456",
        "email": email,
        "locale": "en-GB",
        "timeZone": "Europe/London",
        "preferences": { "goal": "LOSE_WEIGHT", "level": "BEGINNER", "daysPerWeek": 3 },
    })
}

async fn register(test: &TestApp, email: &str) -> GraphqlResponse {
    change(
        test,
        UNREGISTERED,
        "RegisterMember",
        keyed("register", input(email)),
    )
    .await
}

/// Takes the confirmation code out of the outbox, which must contain nothing else.
async fn take_code(test: &TestApp) -> String {
    let enqueued = test.take_outbox().await;
    assert_eq!(kinds(&enqueued), ["email.confirm-address"]);
    let code = enqueued[0].envelope.payload["code"]
        .as_str()
        .expect("a code");
    assert_eq!((code.len(), code.as_bytes()[4]), (9, b'-'), "{code}");
    code.to_owned()
}

async fn confirm(test: &TestApp, key: &str, code: &str) -> GraphqlResponse {
    change(
        test,
        UNREGISTERED,
        "ConfirmEmail",
        keyed(key, json!({ "code": code })),
    )
    .await
}

async fn request_again(test: &TestApp, key: &str) -> GraphqlResponse {
    change(
        test,
        UNREGISTERED,
        "RequestEmailConfirmation",
        keyed(key, json!({})),
    )
    .await
}

fn other_code(code: &str) -> String {
    let last = if code.ends_with('7') { '8' } else { '7' };
    format!("{}{last}", &code[..code.len() - 1])
}

#[tokio::test]
async fn a_strangers_address_gets_a_code_and_nothing_else() {
    let test = TestApp::start().await;
    let member = register(&test, STRANGER).await;
    let member = &member.success()["member"];
    assert_eq!(member["email"], STRANGER);
    assert_eq!(member["emailConfirmedAt"], Value::Null);
    let code = take_code(&test).await;
    // The code is not stored in plain text.
    let stored = test
        .value("SELECT m::text FROM member m WHERE email LIKE 'stranger@%'")
        .await;
    let stored = stored.expect("a row");
    assert!(
        !stored.contains(&code) && !stored.contains(&code.replace('-', "")),
        "{stored}"
    );

    let export = change(
        &test,
        UNREGISTERED,
        "RequestDataExport",
        keyed("export", json!({})),
    )
    .await;
    assert_eq!(export.user_error(), ("EMAIL_UNCONFIRMED", String::new()));
    let wrong = confirm(&test, "wrong", &other_code(&code)).await;
    assert_eq!(wrong.user_error(), ("INVALID", "input.code".to_owned()));
    assert_eq!(test.take_outbox().await, []);

    let typed = format!(" {} ", code.to_lowercase().replace('-', " "));
    for _ in 0..2 {
        let done = confirm(&test, "right", &typed).await;
        assert_eq!(
            done.success()["member"]["emailConfirmedAt"],
            "2026-03-18T12:00:00Z"
        );
    }
    assert_eq!(test.take_outbox_kinds().await, ["email.welcome"]);
    // It stays confirmed, even if a wrong code is submitted or another is requested.
    confirm(&test, "again", "0000-0000").await.success();
    request_again(&test, "again-2").await.success();
    assert_eq!(test.take_outbox().await, []);
    change(
        &test,
        UNREGISTERED,
        "RequestDataExport",
        keyed("export", json!({})),
    )
    .await
    .success();
    assert_eq!(test.take_outbox_kinds().await, ["member.data-export"]);
}

#[tokio::test]
async fn another_code_takes_the_place_of_the_one_before() {
    let test = TestApp::start().await;
    register(&test, STRANGER).await.success();
    let first = take_code(&test).await;
    test.advance(TimeDelta::minutes(5) - TimeDelta::seconds(1));
    let refused = request_again(&test, "2").await;
    assert_eq!(refused.user_error(), ("TOO_SOON", String::new()));
    let error = &refused.payload()["userErrors"][0];
    assert_eq!(error["retryAt"], "2026-03-18T12:05:00Z");
    assert_eq!(
        error["message"],
        "A code is on its way. You can ask for another from 18 March 2026, 12:05:00."
    );
    test.advance(TimeDelta::seconds(1));
    request_again(&test, "3").await.success();
    let second = take_code(&test).await;
    assert_ne!(first, second);
    assert_eq!(confirm(&test, "4", &first).await.user_error().0, "INVALID");
    // A code is valid for a day.
    test.advance(TimeDelta::hours(24));
    assert_eq!(confirm(&test, "5", &second).await.user_error().0, "INVALID");
    request_again(&test, "6").await.success();
    let third = take_code(&test).await;
    test.advance(TimeDelta::hours(24) - TimeDelta::seconds(1));
    confirm(&test, "7", &third).await.success();
    assert_eq!(test.take_outbox_kinds().await, ["email.welcome"]);
}

#[tokio::test]
async fn a_verified_address_in_the_token_confirms_itself() {
    let test = TestApp::start().await;
    let written = UNREGISTERED.replace("@demo.coach", "@DEMO.Coach");
    let member = register(&test, &written).await;
    assert_eq!(
        member.success()["member"]["emailConfirmedAt"],
        "2026-03-18T12:00:00Z"
    );
    assert_eq!(test.take_outbox_kinds().await, ["email.welcome"]);
}

/// Any mutation confirms the address if its token says that the address is verified, even if the token at registration
/// did not.
#[tokio::test]
async fn a_token_that_comes_later_confirms_too() {
    let test = TestApp::start().await;
    test.execute("UPDATE member SET email_confirmed_at = NULL")
        .await;
    let claims = |email: &str, verified: bool| {
        let now = test.clock.now().timestamp();
        json!({ "iss": "coach-local", "sub": MAYA, "aud": "coach", "iat": now, "exp": now + 600,
                "email": email, "email_verified": verified })
    };
    let update = async |key: &str, claims: &Value| {
        let token = test.issuer.sign(claims).expect("a token");
        let input = json!({ "idempotencyKey": key, "units": "METRIC" });
        let answer = test
            .client
            .post(format!("{}/graphql", test.base))
            .bearer_auth(token)
            .json(&json!({ "query": read_operation("UpdatePreferences"), "variables": { "input": input } }))
            .send()
            .await;
        let body: Value = answer.expect("an answer").json().await.expect("JSON");
        assert_eq!(
            body["data"]["updatePreferences"]["userErrors"],
            json!([]),
            "{body}"
        );
        let confirmed =
            format!("SELECT email_confirmed_at IS NOT NULL FROM member WHERE email = '{MAYA}'");
        test.value(&confirmed).await.expect("a row")
    };
    assert_eq!(update("1", &claims(MAYA, false)).await, "false");
    assert_eq!(update("2", &claims(STRANGER, true)).await, "false");
    assert_eq!(test.take_outbox().await, []);
    assert_eq!(update("3", &claims(MAYA, true)).await, "true");
    assert_eq!(test.take_outbox_kinds().await, ["email.welcome"]);
    // No other member's address is confirmed.
    assert_eq!(
        test.number("SELECT count(*) FROM member WHERE email_confirmed_at IS NOT NULL")
            .await,
        1
    );
}
