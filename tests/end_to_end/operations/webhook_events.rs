//! `webhookEvents`, and replaying them.

use serde_json::{Value, json};
use uuid::Uuid;

use super::{assert_for_staff_only, entries, mutate};
use crate::{
    harness::{TestApp, member::SAM},
    writes::change,
};

const LIST: &str =
    "query List($first: Int! = 20, $source: WebhookSource, $state: WebhookEventState) {
    webhookEvents(first: $first, source: $source, state: $state) {
        id source eventId kind receivedAt state detail
    }
}";

/// Stores an event, and returns its id.
async fn store(test: &TestApp, number: u128, source: &str, state: &str) -> String {
    let id = Uuid::from_u128(number);
    let detail = if state == "FAILED" {
        "'it is broken'"
    } else {
        "NULL"
    };
    let settled = if state == "RECEIVED" { "NULL" } else { "now()" };
    test.execute(&format!(
        "INSERT INTO webhook_event (id, source, event_id, kind, received_at, headers, body, state, detail, settled_at)
         VALUES ('{id}', '{source}', 'evt_{number}', 'state_changed',
             '2026-03-18T10:00:00Z'::timestamptz + interval '1 minute' * {number}, '{{}}', 'secret', '{state}', {detail},
             {settled})"
    ))
    .await;
    id.to_string()
}

async fn ids(test: &TestApp, variables: Value) -> Vec<String> {
    let answer = test.graphql(SAM, LIST, variables).await;
    let events = answer.data()["webhookEvents"].as_array().expect("events");
    let id = |event: &Value| event["id"].as_str().expect("an id").to_owned();
    events.iter().map(id).collect()
}

fn input(key: &str, ids: &[&str]) -> Value {
    json!({ "idempotencyKey": key, "ids": ids })
}

#[tokio::test]
async fn they_are_listed_newest_first() {
    let test = TestApp::start().await;
    let video = store(&test, 1, "brightcove", "FAILED").await;
    let payment = store(&test, 2, "stripe", "DONE").await;
    let shop = store(&test, 3, "app-store", "FAILED").await;
    assert_eq!(ids(&test, json!({})).await, [&*shop, &payment, &video]);
    assert_eq!(ids(&test, json!({ "first": 1 })).await, [&*shop]);
    assert_eq!(
        ids(&test, json!({ "source": "BRIGHTCOVE" })).await,
        [&*video]
    );
    assert_eq!(
        ids(&test, json!({ "state": "FAILED" })).await,
        [&*shop, &video]
    );
    let both = json!({ "state": "DONE", "source": "GOOGLE_PLAY" });
    assert_eq!(ids(&test, both).await, [""; 0]);
    let answer = test
        .graphql(SAM, LIST, json!({ "source": "APP_STORE" }))
        .await;
    assert_eq!(
        answer.data()["webhookEvents"][0],
        json!({
            "id": shop, "source": "APP_STORE", "eventId": "evt_3", "kind": "state_changed",
            "receivedAt": "2026-03-18T10:03:00Z", "state": "FAILED", "detail": "it is broken",
        })
    );
    let wrong = test.graphql(SAM, LIST, json!({ "first": 101 })).await;
    assert_eq!(wrong.codes(), ["BAD_USER_INPUT"]);
}

#[tokio::test]
async fn a_replay_has_them_worked_on_again_once() {
    let test = TestApp::start().await;
    let video = store(&test, 1, "brightcove", "FAILED").await;
    let payment = store(&test, 2, "stripe", "DONE").await;
    store(&test, 3, "app-store", "FAILED").await;
    let chosen = [&*payment, &video, &payment];
    let mut dry = input("dry", &chosen);
    dry["dryRun"] = true.into();
    let payload = mutate(&test, "ReplayWebhookEvents", dry).await;
    assert_eq!(payload["userErrors"], json!([]));
    assert_eq!(payload["events"][0]["state"], "DONE");
    assert_eq!(payload["events"][1]["state"], "FAILED");
    assert_eq!(test.take_outbox().await, []);
    assert_eq!(entries(&test).await, []);
    for expected in [&["webhook.arrived", "webhook.arrived"][..], &[]] {
        let payload = mutate(&test, "ReplayWebhookEvents", input("1", &chosen)).await;
        assert_eq!(payload["userErrors"], json!([]), "{payload:#}");
        let events = payload["events"].as_array().expect("events");
        let states: Vec<_> = events
            .iter()
            .map(|event| (event["id"].as_str().expect("an id"), &event["state"]))
            .collect();
        let received = json!("RECEIVED");
        assert_eq!(states, [(&*payment, &received), (&video, &received)]);
        assert_eq!(payload["events"][1]["detail"], Value::Null);
        let enqueued = test.take_outbox().await;
        let kinds: Vec<_> = enqueued
            .iter()
            .map(|it| it.envelope.kind.as_str())
            .collect();
        assert_eq!(kinds, expected);
        // They are not about the member of the staff.
        assert!(enqueued.iter().all(|it| it.envelope.member.is_none()));
        let queues: Vec<_> = enqueued.iter().map(|it| it.queue.as_str()).collect();
        assert_eq!(queues, ["live", "webhooks"][..expected.len()]);
    }
    let [entry] = &entries(&test).await[..] else {
        panic!("one entry");
    };
    assert_eq!(
        (entry.action.as_str(), &*entry.actor),
        ("webhook.replay", SAM)
    );
    assert_eq!(entry.detail["events"], json!(chosen));
    assert!(entry.detail["issuer"].is_string());
    assert_eq!(ids(&test, json!({ "state": "FAILED" })).await.len(), 1);
}

#[tokio::test]
async fn an_id_that_there_is_not_leaves_all_as_they_are() {
    let test = TestApp::start().await;
    let known = store(&test, 1, "stripe", "DONE").await;
    let upper = known.replace("-0000", "-000A").to_uppercase();
    for unknown in [
        &*Uuid::from_u128(9).to_string(),
        "",
        "evt_1",
        "' OR 1=1 --",
        &upper,
        &format!("{{{known}}}"),
    ] {
        let payload = mutate(&test, "ReplayWebhookEvents", input("1", &[&known, unknown])).await;
        assert_eq!(payload["events"], Value::Null);
        assert_eq!(payload["userErrors"][0]["code"], "NOT_FOUND", "{payload:#}");
        assert_eq!(
            payload["userErrors"][0]["path"],
            json!(["input", "ids", "1"])
        );
    }
    for ids in [&[][..], &[&*known; 101]] {
        let answer = change(&test, SAM, "ReplayWebhookEvents", input("1", ids)).await;
        assert_eq!(answer.codes(), ["BAD_USER_INPUT"]);
    }
    assert_for_staff_only(&test, "ReplayWebhookEvents", input("1", &[&known])).await;
    super::assert_query_for_staff_only(&test, "{ webhookEvents { id } }").await;
    assert_eq!(ids(&test, json!({ "state": "DONE" })).await, [known]);
    assert_eq!(test.take_outbox().await, []);
}
