//! `updateConsents`.

use coach_domain::{
    consent, database::Session, id::MemberId, mail::unsubscribe::UnsubscribeTokens,
};
use serde_json::{Value, json};

use super::{
    change, day, member_id,
    preferences::ALLERGENS,
    rows::{count, rows},
};
use crate::harness::{GraphqlResponse, TestApp, kinds, member};

async fn update(test: &TestApp, email: &str, key: &str, answers: Value) -> GraphqlResponse {
    let input = json!({ "idempotencyKey": key, "consents": answers });
    change(test, email, "UpdateConsents", input).await
}

fn granted(answer: &GraphqlResponse, purpose: &str) -> (bool, String) {
    let mut answers = answer.success()["consents"]
        .as_array()
        .expect("answers")
        .iter();
    let answer = answers
        .find(|it| it["purpose"] == purpose)
        .expect("an answer");
    let at = answer["changedAt"].as_str().expect("a time");
    (answer["granted"] == true, at.to_owned())
}

#[tokio::test]
async fn what_changes_is_reported_once_and_what_does_not_is_not() {
    let test = TestApp::start().await;
    // Maya has granted marketing emails, and not partner sharing.
    let answers = json!([
        { "purpose": "MARKETING_EMAIL", "granted": true },
        { "purpose": "PARTNER_SHARING", "granted": true },
    ]);
    let now = "2026-03-18T12:00:00Z".to_owned();
    for key in ["1", "1", "2"] {
        let payload = update(&test, member::MAYA, key, answers.clone()).await;
        assert_eq!(granted(&payload, "PARTNER_SHARING"), (true, now.clone()));
        assert!(granted(&payload, "MARKETING_EMAIL").1 < now);
        assert!(granted(&payload, "HEALTH_DATA").0);
    }
    let record = json!({ "purpose": "PARTNER_SHARING", "granted": true, "changedAt": now });
    let enqueued = test.take_outbox().await;
    assert_eq!(
        kinds(&enqueued),
        ["event.consent-changed", "partner.consent"]
    );
    assert!(
        enqueued.iter().all(|it| it.envelope.payload == record),
        "{enqueued:#?}"
    );
    // A member who has not answered yet can refuse.
    let refused = json!([{ "purpose": "MARKETING_EMAIL", "granted": false }]);
    let payload = update(&test, member::NORA, "1", refused).await;
    assert_eq!(
        payload.success()["consents"].as_array().map(Vec::len),
        Some(1)
    );
    assert_eq!(test.take_outbox().await.len(), 2);
}

#[tokio::test]
async fn of_two_answers_the_later_one_counts_whichever_comes_first() {
    let test = TestApp::start().await;
    let answer = |granted: bool| json!([{ "purpose": "PARTNER_SHARING", "granted": granted }]);
    let mut input = json!({ "idempotencyKey": "web", "consents": answer(true),
        "occurredAt": "2026-03-18T11:00:00Z" });
    change(&test, member::MAYA, "UpdateConsents", input.clone())
        .await
        .success();
    input["consents"] = answer(false);
    input["idempotencyKey"] = json!("web-2");
    input["occurredAt"] = json!("2026-03-18T11:30:00Z");
    change(&test, member::MAYA, "UpdateConsents", input.clone())
        .await
        .success();
    // A phone that was offline sends the answer of a quarter past eleven.
    input["consents"] = answer(true);
    input["idempotencyKey"] = json!("phone");
    input["occurredAt"] = json!("2026-03-18T11:15:00Z");
    let payload = change(&test, member::MAYA, "UpdateConsents", input).await;
    let expected = (false, "2026-03-18T11:30:00Z".to_owned());
    assert_eq!(granted(&payload, "PARTNER_SHARING"), expected);
    assert_eq!(test.take_outbox().await.len(), 4);
}

#[tokio::test]
async fn a_purpose_has_one_answer() {
    let test = TestApp::start().await;
    let twice = json!([
        { "purpose": "HEALTH_DATA", "granted": true },
        { "purpose": "MARKETING_EMAIL", "granted": false },
        { "purpose": "HEALTH_DATA", "granted": false },
    ]);
    let payload = update(&test, member::MAYA, "1", twice).await;
    assert_eq!(
        payload.user_error(),
        ("INVALID", "input.consents.2.purpose".to_owned())
    );
    let some = json!([{ "purpose": "HEALTH_DATA", "granted": true }]);
    let payload = update(&test, member::UNREGISTERED, "1", some).await;
    assert_eq!(payload.user_error().0, "NOT_REGISTERED");
    assert_eq!(test.take_outbox().await, []);
}

#[tokio::test]
async fn withdrawing_health_data_erases_it_and_leaves_meals_safe() {
    let test = TestApp::start().await;
    let theo = member_id(&test, member::THEO).await;
    let measures = format!(
        "check_in WHERE member_id = '{theo}' AND (weight_grams IS NOT NULL OR waist_millimetres IS NOT NULL
         OR hips_millimetres IS NOT NULL OR chest_millimetres IS NOT NULL OR notes IS NOT NULL)"
    );
    let others = "member_preferences WHERE allergens <> '{}' AND cardinality(allergens) < 14";
    assert_eq!(count(&test, &measures).await, 2);
    let before = count(&test, others).await;
    let mine = format!("{others} AND member_id = '{theo}'");
    let own = count(&test, &mine).await;
    assert_eq!(own, 2);

    let withdrawn = json!([{ "purpose": "HEALTH_DATA", "granted": false }]);
    let payload = update(&test, member::THEO, "1", withdrawn).await;
    assert!(!granted(&payload, "HEALTH_DATA").0);
    assert_eq!(count(&test, &measures).await, 0);
    // No other member's; and the entry without allergens stays so.
    assert_eq!(count(&test, others).await, before - own);
    let history = format!(
        "SELECT cardinality(allergens) FROM member_preferences WHERE member_id = '{theo}' ORDER BY effective_from"
    );
    let sizes: Vec<_> = rows(&test, &history)
        .await
        .iter()
        .map(|it| it["cardinality"].clone())
        .collect();
    assert_eq!(sizes, [0, 14, 14]);
    // The answers that are no health data are still there.
    let answers = format!("check_in WHERE member_id = '{theo}' AND energy >= 1");
    assert_eq!(count(&test, &answers).await, 2);
    assert_eq!(test.take_outbox().await.len(), 2);
    // In Auckland it is the next day.
    let today = day(&test, member::THEO, "2026-03-19").await;
    let meals = today["meals"].as_array().expect("meals").iter();
    let uneaten: Vec<_> = meals.filter(|meal| meal["eatenAt"].is_null()).collect();
    assert!(uneaten.len() >= 2, "{today:#}");
    for meal in uneaten {
        assert_eq!(meal["recipe"]["allergens"], json!([]), "{meal:#}");
    }
}

#[tokio::test]
async fn the_link_in_a_mail_withdraws_without_signing_in() {
    let test = TestApp::start().await;
    let session = Session::new((*test.pool).clone(), tracing::Span::none());
    let tokens = UnsubscribeTokens::new(&[7; 32]).expect("long enough");
    let maya = member_id(&test, member::MAYA).await;
    let token = tokens.token(MemberId(maya));
    for _ in 0..2 {
        let is_valid = consent::unsubscribe(&session, &*test.clock, &tokens, &token).await;
        assert!(is_valid.expect("done"));
    }
    let enqueued = test.take_outbox().await;
    assert_eq!(
        kinds(&enqueued),
        ["event.consent-changed", "partner.consent"]
    );
    assert_eq!(enqueued[0].envelope.payload["granted"], false);
    let withdrawn = format!(
        "consent WHERE member_id = '{maya}' AND purpose = 'MARKETING_EMAIL' AND NOT granted"
    );
    assert_eq!(count(&test, &withdrawn).await, 1);

    let others = UnsubscribeTokens::new(&[8; 32]).expect("long enough");
    let gone = tokens.token(MemberId(uuid::Uuid::from_u128(7)));
    for (tokens, token) in [
        (&others, &token),
        (&tokens, &gone),
        (&tokens, &String::new()),
    ] {
        let is_valid = consent::unsubscribe(&session, &*test.clock, tokens, token).await;
        assert!(!is_valid.expect("done"));
    }
    assert_eq!(test.take_outbox().await, []);
}

const HEALTH: &str = "HEALTH_CONSENT_REQUIRED";

async fn set_health_consent(test: &TestApp, email: &str, key: &str, granted: bool) {
    let answer = json!([{ "purpose": "HEALTH_DATA", "granted": granted }]);
    update(test, email, key, answer).await.success();
    test.take_outbox().await;
}

#[tokio::test]
async fn nothing_new_is_kept_once_it_is_withdrawn() {
    let test = TestApp::start().await;
    let query = "{ me { plan { currentCycle { id } } checkIns(first: 1) { nodes { id } } } }";
    let chen = test.graphql(member::CHEN, query, json!({})).await.data()["me"].clone();
    let cycle = &chen["plan"]["currentCycle"]["id"];
    set_health_consent(&test, member::CHEN, "withdrawn", false).await;
    let submit = async |key: &str, fields: Value| {
        let mut input = json!({ "idempotencyKey": key, "cycleId": cycle, "energy": 4, "sleep": 4 });
        for (name, value) in fields.as_object().expect("an object") {
            input[name] = value.clone();
        }
        change(&test, member::CHEN, "SubmitCheckIn", input).await
    };
    for name in [
        "weightGrams",
        "waistMillimetres",
        "hipsMillimetres",
        "chestMillimetres",
    ] {
        let refused = submit(
            name,
            json!({ name: 90_000 / if name == "weightGrams" { 1 } else { 100 } }),
        )
        .await;
        assert_eq!(refused.user_error(), (HEALTH, format!("input.{name}")));
    }
    let refused = submit("notes", json!({ "notes": "my knee" })).await;
    assert_eq!(refused.user_error(), (HEALTH, "input.notes".to_owned()));
    assert_eq!(test.take_outbox().await, []);
    // Answers that are no health data are accepted.
    let done = submit("felt", json!({ "notes": "  ", "weightGrams": null })).await;
    let check_in = done.success()["checkIn"]["id"].clone();
    test.take_outbox().await;
    let correct = async |key: &str, fields: Value| {
        let mut input = json!({ "idempotencyKey": key, "checkInId": check_in, "energy": 3 });
        for (name, value) in fields.as_object().expect("an object") {
            input[name] = value.clone();
        }
        change(&test, member::CHEN, "CorrectCheckIn", input).await
    };
    let refused = correct("1", json!({ "hipsMillimetres": 1_000 })).await;
    assert_eq!(
        refused.user_error(),
        (HEALTH, "input.hipsMillimetres".to_owned())
    );
    let refused = correct("2", json!({ "notes": "my knee" })).await;
    assert_eq!(refused.user_error(), (HEALTH, "input.notes".to_owned()));
    correct("3", json!({ "notes": null, "weightGrams": null }))
        .await
        .success();
    let with_weight = "check_in WHERE weight_grams IS NOT NULL AND member_id = (SELECT id FROM member WHERE email LIKE 'chen@%')";
    assert_eq!(count(&test, with_weight).await, 0);

    set_health_consent(&test, member::CHEN, "agreed", true).await;
    correct("4", json!({ "weightGrams": 70_000 }))
        .await
        .success();
    assert_eq!(count(&test, with_weight).await, 1);
}

#[tokio::test]
async fn allergens_that_are_forgotten_stay_off_the_table() {
    let test = TestApp::start().await;
    let set = async |email: &str, key: &str, allergens: Value| {
        let input = json!({ "idempotencyKey": key, "allergens": allergens });
        change(&test, email, "UpdatePreferences", input).await
    };
    let size = async |email: &str| {
        let query = "{ me { preferences { allergens } } }";
        let me = test.graphql(email, query, json!({})).await;
        let allergens = &me.data()["me"]["preferences"]["allergens"];
        allergens.as_array().expect("a list").len()
    };
    // A member who has not answered about consent may set allergens, since not knowing them is dangerous.
    set(member::NORA, "1", json!(["NUTS"])).await.success();
    assert_eq!(size(member::NORA).await, 1);

    // Maya's allergen is erased, and cannot be set again.
    set_health_consent(&test, member::MAYA, "withdrawn", false).await;
    assert_eq!(size(member::MAYA).await, 14);
    for (key, list) in [("2", json!([])), ("3", json!(["MILK"]))] {
        let refused = set(member::MAYA, key, list).await;
        assert_eq!(refused.user_error(), (HEALTH, "input.allergens".to_owned()));
    }
    // Nor by a phone that was offline, since the withdrawal is the later decision.
    let late =
        json!({ "idempotencyKey": "4", "allergens": [], "occurredAt": "2026-03-18T08:00:00Z" });
    change(&test, member::MAYA, "UpdatePreferences", late)
        .await
        .success();
    assert_eq!(size(member::MAYA).await, 14);
    let other = json!({ "idempotencyKey": "5", "diet": "VEGAN" });
    change(&test, member::MAYA, "UpdatePreferences", other)
        .await
        .success();
    let all = json!(ALLERGENS);
    set(member::MAYA, "6", all.clone()).await.success();

    // Gwen had no allergens. She may set none or all of them, but not one, which would be health data.
    set_health_consent(&test, member::GWEN, "withdrawn", false).await;
    set(member::GWEN, "7", json!([])).await.success();
    assert_eq!(
        set(member::GWEN, "8", json!(["EGGS"])).await.user_error().0,
        HEALTH
    );
    set(member::GWEN, "9", all).await.success();
    assert_eq!(size(member::GWEN).await, 14);
    set_health_consent(&test, member::GWEN, "agreed", true).await;
    set(member::GWEN, "10", json!(["EGGS"])).await.success();
    assert_eq!(size(member::GWEN).await, 1);
}
