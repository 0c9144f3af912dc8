//! `registerMember`.

use coach_domain::id::{MemberId, OpaqueId as _};
use serde_json::{Value, json};

use super::{assert_no_effect, change, keyed};
use crate::harness::{
    TestApp, kinds,
    member::{MAYA, NORA, UNREGISTERED},
};

fn input() -> Value {
    json!({
        "displayName": "  Noa Berg ",
        "locale": "nb-NO",
        "timeZone": "Pacific/Auckland",
        "units": "IMPERIAL",
        "preferences": {
            "goal": "IMPROVE_ENDURANCE",
            "level": "INTERMEDIATE",
            "diet": "PESCATARIAN",
            "allergens": ["NUTS", "MILK", "NUTS"],
            "daysPerWeek": 4,
        },
    })
}

#[tokio::test]
async fn a_viewer_becomes_a_member_once() {
    let test = TestApp::start().await;
    let answer = change(&test, UNREGISTERED, "RegisterMember", keyed("1", input())).await;
    let mut member = answer.success()["member"].clone();
    let id = member["id"].take();
    let token = member["purchaseToken"].take();
    assert_eq!(token.as_str().map(str::len), Some(36));
    assert_eq!(
        member,
        json!({
            "id": null,
            "displayName": "Noa Berg",
            "email": UNREGISTERED,
            "emailConfirmedAt": "2026-03-18T12:00:00Z",
            "locale": "nb-NO",
            "timeZone": "Pacific/Auckland",
            "units": "IMPERIAL",
            "access": "NONE",
            "purchaseToken": null,
            "preferences": {
                "goal": "IMPROVE_ENDURANCE",
                "level": "INTERMEDIATE",
                "diet": "PESCATARIAN",
                "allergens": ["MILK", "NUTS"],
                "daysPerWeek": 4,
            },
        })
    );
    let enqueued = test.take_outbox().await;
    assert_eq!(kinds(&enqueued), ["email.welcome"]);
    let owner = MemberId::decode(id.as_str().expect("an id"));
    assert_eq!(enqueued[0].envelope.member, owner);
    assert_eq!(enqueued[0].envelope.payload, json!({}));

    // It is the 19th in Auckland.
    let since = test
        .value("SELECT p.effective_from FROM member_preferences p JOIN member m ON m.id = p.member_id WHERE m.display_name = 'Noa Berg'");
    assert_eq!(since.await.as_deref(), Some("2026-03-19"));
    let me = test.graphql(UNREGISTERED, "{ me { id purchaseToken } }", json!({}));
    assert_eq!(
        me.await.data()["me"],
        json!({ "id": id, "purchaseToken": token })
    );
    let again = change(&test, UNREGISTERED, "RegisterMember", keyed("2", input())).await;
    assert_eq!(again.user_error(), ("ALREADY_REGISTERED", String::new()));
    let plan = change(&test, UNREGISTERED, "StartPlan", keyed("3", json!({}))).await;
    assert_eq!(plan.user_error(), ("SUBSCRIPTION_REQUIRED", String::new()));
}

#[tokio::test]
async fn what_is_left_out_has_its_default_and_an_address_given_counts() {
    let test = TestApp::start().await;
    let minimal = json!({
        "displayName": "N",
        "email": "noa@Berg.example",
        "locale": "en",
        "timeZone": "UTC",
        "preferences": { "goal": "LOSE_WEIGHT", "level": "BEGINNER", "daysPerWeek": 2 },
    });
    let answer = change(&test, UNREGISTERED, "RegisterMember", keyed("1", minimal)).await;
    let member = &answer.success()["member"];
    assert_eq!(member["email"], "noa@berg.example");
    assert_eq!(member["units"], "METRIC");
    assert_eq!(member["preferences"]["diet"], "OMNIVORE");
    assert_eq!(member["preferences"]["allergens"], json!([]));
    // The token says that another address is verified.
    assert_eq!(test.take_outbox_kinds().await, ["email.confirm-address"]);
}

#[tokio::test]
async fn without_a_verified_address_there_is_none() {
    let test = TestApp::start().await;
    let now = coach_domain::clock::Clock::now(&*test.clock).timestamp();
    let claims = json!({
        "iss": coach_content::seed::LOCAL_ISSUER, "aud": "coach", "sub": "noa", "exp": now + 600,
        "email": UNREGISTERED, "email_verified": false,
    });
    let body = json!({
        "query": "mutation ($input: RegisterMemberInput!) { registerMember(input: $input) { member { email } } }",
        "variables": { "input": keyed("1", input()) },
    });
    let response = test
        .client
        .post(format!("{}/graphql", test.base))
        .bearer_auth(test.issuer.sign(&claims).expect("a token"))
        .json(&body)
        .send()
        .await;
    let answer: Value = response.expect("an answer").json().await.expect("JSON");
    assert_eq!(
        answer,
        json!({ "data": { "registerMember": { "member": { "email": null } } } })
    );
    assert_eq!(test.take_outbox_kinds().await, ["email.welcome"]);
}

#[tokio::test]
async fn who_is_a_member_or_has_no_name_is_refused() {
    let test = TestApp::start().await;
    for email in [MAYA, NORA] {
        let answer = change(&test, email, "RegisterMember", keyed("1", input())).await;
        assert_eq!(answer.user_error(), ("ALREADY_REGISTERED", String::new()));
    }
    for name in [
        " ",
        "\u{200b}",
        "A\nB",
        "\u{2028}",
        "A\u{2028}B",
        "A\u{2029}B",
    ] {
        let mut input = keyed("1", input());
        input["displayName"] = name.into();
        let answer = change(&test, UNREGISTERED, "RegisterMember", input).await;
        let expected = ("INVALID", "input.displayName".to_owned());
        assert_eq!(answer.user_error(), expected, "{name:?}");
    }
    let members = "SELECT count(*) FROM member WHERE display_name = 'Noa Berg'";
    assert_eq!(test.number(members).await, 0);
    assert_no_effect(&test).await;
}

#[tokio::test]
async fn a_subject_that_cannot_be_kept_is_rejected_with_the_reason() {
    let test = TestApp::start().await;
    for operation in ["RegisterMember", "StartPlan"] {
        let input = if operation == "StartPlan" {
            json!({})
        } else {
            input()
        };
        let answer = change(&test, "no\0body", operation, keyed("1", input)).await;
        assert_eq!(answer.codes(), ["BAD_USER_INPUT"], "{operation}");
    }
    assert_no_effect(&test).await;
}

#[tokio::test]
async fn an_address_that_mail_can_never_be_sent_to_is_reported() {
    let test = TestApp::start().await;
    for email in [
        "",
        "sam",
        "a..b@example.com",
        ".a@example.com",
        "a.@example.com",
        "a\\b@example.com",
        "u@-x.com",
        "u@*.example.com",
        "u@xn--a.com",
        "u@[192.168.2.1]",
        "u@localhost",
        "ü@example.com",
        "用户@例子.广告",
    ] {
        let mut input = keyed("1", input());
        input["email"] = email.into();
        let answer = change(&test, UNREGISTERED, "RegisterMember", input).await;
        let expected = ("INVALID_EMAIL", "input.email".to_owned());
        assert_eq!(answer.user_error(), expected, "{email:?}");
    }
    assert_no_effect(&test).await;

    // The key is still unused, so it works with a valid address.
    let mut input = keyed("1", input());
    input["email"] = "o'brien+x@MÜNCHEN.de".into();
    let answer = change(&test, UNREGISTERED, "RegisterMember", input).await;
    assert_eq!(answer.success()["member"]["email"], "o'brien+x@münchen.de");
    assert_eq!(test.take_outbox_kinds().await, ["email.confirm-address"]);
}

#[tokio::test]
async fn locales_are_read_as_phones_write_them() {
    let test = TestApp::start().await;
    let mut registered = keyed("1", input());
    registered["locale"] = "de_AT".into();
    let answer = change(&test, UNREGISTERED, "RegisterMember", registered).await;
    assert_eq!(answer.success()["member"]["locale"], "de-AT");
    assert_eq!(test.take_outbox_kinds().await, ["email.welcome"]);
    let other = keyed("2", json!({ "locale": "en_US" }));
    change(&test, UNREGISTERED, "UpdatePreferences", other)
        .await
        .success();
    let me = test
        .graphql(UNREGISTERED, "{ me { locale } }", json!({}))
        .await;
    assert_eq!(me.data()["me"]["locale"], "en-US");
}
