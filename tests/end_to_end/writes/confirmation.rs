//! Whose address it is: registering with one, and confirming it.

use chrono::TimeDelta;
use coach_domain::clock::Clock as _;
use serde_json::{Value, json};

use super::{change, keyed};
use crate::harness::{
    Answer, TestApp, kinds,
    member::{MAYA, NOBODY},
    named,
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

async fn register(test: &TestApp, email: &str) -> Answer {
    change(
        test,
        NOBODY,
        "RegisterMember",
        keyed("register", input(email)),
    )
    .await
}

/// Takes what is owed, which must be one code, and returns it.
async fn code(test: &TestApp) -> String {
    let owed = test.owed().await;
    assert_eq!(kinds(&owed), ["email.confirm-address"]);
    let code = owed[0].envelope.payload["code"].as_str().expect("a code");
    assert_eq!((code.len(), code.as_bytes()[4]), (9, b'-'), "{code}");
    code.to_owned()
}

async fn confirm(test: &TestApp, key: &str, code: &str) -> Answer {
    change(
        test,
        NOBODY,
        "ConfirmEmail",
        keyed(key, json!({ "code": code })),
    )
    .await
}

async fn ask_again(test: &TestApp, key: &str) -> Answer {
    change(
        test,
        NOBODY,
        "RequestEmailConfirmation",
        keyed(key, json!({})),
    )
    .await
}

fn another(code: &str) -> String {
    let last = if code.ends_with('7') { '8' } else { '7' };
    format!("{}{last}", &code[..code.len() - 1])
}

#[tokio::test]
async fn a_strangers_address_gets_a_code_and_nothing_else() {
    let test = TestApp::start().await;
    let member = register(&test, STRANGER).await;
    let member = &member.done()["member"];
    assert_eq!(member["email"], STRANGER);
    assert_eq!(member["emailConfirmedAt"], Value::Null);
    let code = code(&test).await;
    // Not stored as it is.
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
        NOBODY,
        "RequestDataExport",
        keyed("export", json!({})),
    )
    .await;
    assert_eq!(export.refusal(), ("EMAIL_UNCONFIRMED", String::new()));
    let wrong = confirm(&test, "wrong", &another(&code)).await;
    assert_eq!(wrong.refusal(), ("INVALID", "input.code".to_owned()));
    assert_eq!(test.owed().await, []);

    let typed = format!(" {} ", code.to_lowercase().replace('-', " "));
    for _ in 0..2 {
        let done = confirm(&test, "right", &typed).await;
        assert_eq!(
            done.done()["member"]["emailConfirmedAt"],
            "2026-03-18T12:00:00Z"
        );
    }
    assert_eq!(test.owed_kinds().await, ["email.welcome"]);
    // It stays so, whatever else is typed or asked for.
    confirm(&test, "again", "0000-0000").await.done();
    ask_again(&test, "again-2").await.done();
    assert_eq!(test.owed().await, []);
    change(
        &test,
        NOBODY,
        "RequestDataExport",
        keyed("export", json!({})),
    )
    .await
    .done();
    assert_eq!(test.owed_kinds().await, ["member.data-export"]);
}

#[tokio::test]
async fn another_code_takes_the_place_of_the_one_before() {
    let test = TestApp::start().await;
    register(&test, STRANGER).await.done();
    let first = code(&test).await;
    test.advance(TimeDelta::minutes(5) - TimeDelta::seconds(1));
    let refused = ask_again(&test, "2").await;
    assert_eq!(refused.refusal(), ("TOO_SOON", String::new()));
    let error = &refused.payload()["userErrors"][0];
    assert_eq!(error["retryAt"], "2026-03-18T12:05:00Z");
    assert_eq!(
        error["message"],
        "A code is on its way. You can ask for another from 18 March 2026, 12:05:00."
    );
    test.advance(TimeDelta::seconds(1));
    ask_again(&test, "3").await.done();
    let second = code(&test).await;
    assert_ne!(first, second);
    assert_eq!(confirm(&test, "4", &first).await.refusal().0, "INVALID");
    // For a day.
    test.advance(TimeDelta::hours(24));
    assert_eq!(confirm(&test, "5", &second).await.refusal().0, "INVALID");
    ask_again(&test, "6").await.done();
    let third = code(&test).await;
    test.advance(TimeDelta::hours(24) - TimeDelta::seconds(1));
    confirm(&test, "7", &third).await.done();
    assert_eq!(test.owed_kinds().await, ["email.welcome"]);
}

#[tokio::test]
async fn a_verified_address_in_the_token_confirms_itself() {
    let test = TestApp::start().await;
    let written = NOBODY.replace("@demo.coach", "@DEMO.Coach");
    let member = register(&test, &written).await;
    assert_eq!(
        member.done()["member"]["emailConfirmedAt"],
        "2026-03-18T12:00:00Z"
    );
    assert_eq!(test.owed_kinds().await, ["email.welcome"]);
}

/// By any change, where the member registered with a token that did not say so.
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
            .json(&json!({ "query": named("UpdatePreferences"), "variables": { "input": input } }))
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
    assert_eq!(test.owed().await, []);
    assert_eq!(update("3", &claims(MAYA, true)).await, "true");
    assert_eq!(test.owed_kinds().await, ["email.welcome"]);
    // Hers alone.
    assert_eq!(
        test.number("SELECT count(*) FROM member WHERE email_confirmed_at IS NOT NULL")
            .await,
        1
    );
}
