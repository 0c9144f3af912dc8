//! Authentic webhooks that cannot be processed are acknowledged and stored: the sender would only repeat them for days.

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use coach_domain::webhook::EventState;
use coach_tests::shop_apis::{PACKAGE, push_token};
use serde_json::{Value, json};

use super::{Market, refunded, signed, this_month};
use crate::{
    harness::member::NORA,
    webhooks::senders::{
        Event, NOON, PATH, STANDARD, STRIPE, google_play_of, standard_of, stripe_of,
    },
    writes::rows,
};

#[tokio::test]
async fn what_is_no_subscription_is_ignored_whatever_happens_to_it() {
    let market = Market::open().await;
    let mut number = 0;
    let types = ["Consumable", "Non-Consumable", "Non-Renewing Subscription"];
    let kinds = [
        "REFUND",
        "REVOKE",
        "REFUND_REVERSED",
        "ONE_TIME_CHARGE",
        "CONSUMPTION_REQUEST",
        "DID_RENEW",
    ];
    let mut others: Vec<Value> = types
        .map(|of| json!({ "type": of, "expiresDate": null }))
        .into();
    others.push(json!({ "expiresDate": null }));
    others.push(json!({ "expiresDate": i64::MAX }));
    others.push(json!({ "appAccountToken": "maya" }));
    others.push(json!({ "productId": null }));
    for fields in &others {
        for kind in kinds {
            number += 1;
            let bought = signed(refunded(this_month(), 60), 60, fields);
            let event = market.apple(number, kind, &bought, None);
            assert_eq!(market.deliver(&event).await, [""; 0], "{kind} {fields}");
            let (state, why) = market.latest_event().await;
            assert_eq!(state, EventState::Ignored, "{kind} {fields}: {why}");
        }
    }
    assert_eq!(
        rows(&market.test, "SELECT FROM subscription_report")
            .await
            .len(),
        0
    );
    let consumable = signed(this_month(), 60, &others[0]);
    let refused = market
        .link(NORA, "1", "APPLE", &market.shop.sign(&consumable))
        .await;
    assert_eq!(refused.user_error().0, "PURCHASE_INVALID");
}

#[tokio::test]
async fn odd_pushes_are_taken_once() {
    let market = Market::open().await;
    let token = push_token(NOON + 3_000, &json!({}));
    let notification = |package: &str, time: Value| json!({ "version": "1.0", "packageName": package, "eventTimeMillis": time, "testNotification": {} });
    let wrapped = |id: &str, notification: &Value| {
        let data = BASE64.encode(notification.to_string());
        json!({ "message": { "messageId": id, "data": data } }).to_string()
    };
    let ours = notification(PACKAGE, json!("1773835200000"));
    let cases = [
        (
            json!({ "message": { "messageId": "1" } }).to_string(),
            EventState::Failed,
        ),
        (
            json!({ "message": { "messageId": "2", "data": "" } }).to_string(),
            EventState::Failed,
        ),
        (
            json!({ "message": { "messageId": "3", "data": "?" } }).to_string(),
            EventState::Failed,
        ),
        ("{}".to_owned(), EventState::Failed),
        ("push".to_owned(), EventState::Failed),
        (
            wrapped("4", &notification(PACKAGE, json!(NOON * 1_000))),
            EventState::Ignored,
        ),
        (
            wrapped("5", &notification(PACKAGE, json!("soon"))),
            EventState::Ignored,
        ),
        (
            wrapped("6", &notification("com.example.else", json!("1"))),
            EventState::Ignored,
        ),
        (ours.to_string(), EventState::Ignored),
    ];
    for (body, expected) in &cases {
        for _ in 0..2 {
            assert_eq!(market.deliver(&google_play_of(&token, body)).await, [""; 0]);
        }
        let (state, why) = market.latest_event().await;
        assert_eq!(&state, expected, "{body}: {why}");
        market.test.advance(chrono::TimeDelta::milliseconds(1));
    }
    // Without Pub/Sub's wrapping the id is in a header.
    let mut unwrapped = google_play_of(&token, &ours.to_string());
    unwrapped
        .headers
        .push(("x-goog-pubsub-message-id", "7".to_owned()));
    market.deliver(&unwrapped).await;
    let stored = "SELECT event_id FROM webhook_event";
    assert_eq!(rows(&market.test, stored).await.len(), cases.len() + 1);
    let with_ids =
        "SELECT FROM webhook_event WHERE event_id IN ('1', '2', '3', '4', '5', '6', '7')";
    assert_eq!(rows(&market.test, with_ids).await.len(), 7);
}

#[tokio::test]
async fn odd_events_of_other_sources_are_taken_too() {
    let market = Market::open().await;
    let bodies = [
        "{}",
        "[]",
        "no JSON",
        r#"{"type":"customer.subscription.updated"}"#,
    ];
    for (number, body) in bodies.into_iter().enumerate() {
        for event in [
            stripe_of(STRIPE[0], NOON, body),
            standard_of(STANDARD[0], &format!("msg_{number}"), NOON, body),
        ] {
            market.deliver(&event).await;
            market.test.advance(chrono::TimeDelta::milliseconds(1));
        }
    }
    let states = "SELECT DISTINCT source, state FROM webhook_event ORDER BY 1, 2";
    let states = rows(&market.test, states).await;
    assert!(
        states.iter().all(|row| row["state"] != "RECEIVED"),
        "{states:?}"
    );
    assert_eq!(
        rows(&market.test, "SELECT FROM webhook_event").await.len(),
        8
    );
    let video = Event::new(&format!("brightcove/{PATH}"), &[], "{}");
    assert_eq!(video.send(&market.test).await.0, 200);
    assert_eq!(market.test.take_outbox_kinds().await, ["webhook.arrived"]);
}
