//! `deadLetters`, and redriving and discarding chosen ones.

use std::time::Duration;

use chrono::{DateTime, Utc};
use coach_domain::{clock::Clock as _, queue::Queue as _};
use serde_json::{Value, json};

use super::{QUEUE, assert_for_staff_only, dead_letter_all, entries, mutate, queue, redrive, send};
use crate::harness::{TestApp, member::SAM};

const LIST: &str =
    "query List($queue: String!, $first: Int! = 20) { deadLetters(queue: $queue, first: $first) {
    id kind version messageId occurredAt enqueuedAt receives
} }";

const MESSAGE: &str = "0195a9c6-2e00-7c3a-8b1d-5e4f60718293";

fn envelope() -> String {
    json!({
        "id": MESSAGE, "kind": "partner.consent", "version": 2, "occurredAt": "2026-03-18T11:00:00Z",
        "payload": { "secret": "of a member" },
    })
    .to_string()
}

async fn listed(test: &TestApp, first: i32) -> Vec<Value> {
    let variables = json!({ "queue": "partner-sync", "first": first });
    let answer = test.graphql(SAM, LIST, variables).await;
    answer.data()["deadLetters"]
        .as_array()
        .expect("a list")
        .clone()
}

async fn discard(test: &TestApp, input: Value) -> Value {
    mutate(test, "DiscardDeadLetters", input).await
}

/// The bodies of the messages that wait.
async fn waiting(test: &TestApp) -> Vec<String> {
    let queue = queue(test);
    let received = queue.receive(QUEUE, 10, Duration::ZERO, Duration::from_mins(1));
    let received = received.await.expect("received").into_iter();
    received.map(|message| message.body).collect()
}

fn id(letter: &Value) -> &str {
    letter["id"].as_str().expect("an id")
}

#[tokio::test]
async fn they_are_listed_without_what_is_in_them() {
    let test = TestApp::start().await;
    assert_eq!(listed(&test, 20).await, [] as [Value; 0]);
    send(&test, &[&envelope(), "hello", "third"]).await;
    dead_letter_all(&test).await;
    let letters = listed(&test, 2).await;
    let [first, second] = &letters[..] else {
        panic!("two: {letters:#?}");
    };
    for letter in [first, second] {
        let sent: DateTime<Utc> = (letter["enqueuedAt"].as_str())
            .and_then(|at| at.parse().ok())
            .expect("a time");
        assert!(sent.timestamp() > 1_700_000_000, "{sent}");
    }
    assert_eq!(
        *first,
        json!({
            "id": first["id"], "kind": "partner.consent", "version": 2, "messageId": MESSAGE,
            "occurredAt": "2026-03-18T11:00:00Z", "enqueuedAt": first["enqueuedAt"], "receives": 5,
        })
    );
    assert_eq!(
        *second,
        json!({
            "id": second["id"], "kind": null, "version": null, "messageId": null,
            "occurredAt": null, "enqueuedAt": second["enqueuedAt"], "receives": 5,
        })
    );
    assert_eq!(listed(&test, 100).await.len(), 3);
    // Looking changes nothing.
    assert_eq!(queue(&test).depth(QUEUE).await.expect("a depth").dead, 3);
    assert_eq!(entries(&test).await, []);
}

#[tokio::test]
async fn an_unknown_queue_is_named_with_those_that_there_are() {
    let test = TestApp::start().await;
    for name in ["partner-sync-dlq", "events", "", "PARTNER-SYNC"] {
        let answer = test.graphql(SAM, LIST, json!({ "queue": name })).await;
        assert_eq!(answer.codes(), ["BAD_USER_INPUT"], "{name}");
        let error = &answer.body["errors"][0];
        assert_eq!(error["extensions"]["argumentPath"], json!(["queue"]));
        let message = error["message"].as_str().expect("a message");
        assert!(message.contains("email-urgent, live"), "{message}");
    }
    for first in [0, 101] {
        let variables = json!({ "queue": "email", "first": first });
        let answer = test.graphql(SAM, LIST, variables).await;
        assert_eq!(answer.codes(), ["BAD_USER_INPUT"], "{first}");
    }
}

#[tokio::test]
async fn nobody_else_sees_or_discards_them() {
    let test = TestApp::start().await;
    send(&test, &["dead"]).await;
    dead_letter_all(&test).await;
    let input = json!({ "idempotencyKey": "one", "queue": "partner-sync" });
    assert_for_staff_only(&test, "DiscardDeadLetters", input).await;
    let list = LIST.replace("List($queue: String!, $first: Int! = 20)", "List");
    let list = list.replace("queue: $queue, first: $first", "queue: \"partner-sync\"");
    super::assert_query_for_staff_only(&test, &list).await;
    assert_eq!(queue(&test).depth(QUEUE).await.expect("a depth").dead, 1);
}

#[tokio::test]
async fn chosen_ones_are_redriven() {
    let test = TestApp::start().await;
    send(&test, &["one", "two", "three"]).await;
    dead_letter_all(&test).await;
    let letters = listed(&test, 20).await;
    let ids = [id(&letters[2]), id(&letters[0])];
    let input = |key: &str, dry_run: bool| {
        json!({
            "idempotencyKey": key, "queue": "partner-sync", "ids": ids, "limit": 1, "dryRun": dry_run,
        })
    };
    let payload = redrive(&test, SAM, input("dry", true)).await;
    assert_eq!(payload["redriven"], 2);
    assert_eq!(payload["queue"]["deadLetters"], 3);
    assert_eq!(entries(&test).await, []);
    for _ in 0..2 {
        let payload = redrive(&test, SAM, input("one", false)).await;
        assert_eq!(payload["userErrors"], json!([]), "{payload:#}");
        assert_eq!(payload["redriven"], 2);
        assert_eq!(payload["queue"]["deadLetters"], 1);
    }
    assert_eq!(waiting(&test).await, ["one", "three"]);
    let [entry] = &entries(&test).await[..] else {
        panic!("one entry");
    };
    assert_eq!(
        (entry.action.as_str(), &*entry.actor),
        ("queue.redrive", SAM)
    );
    assert_eq!(
        entry.detail,
        json!({
            "queue": "partner-sync", "ids": ids, "redriven": 2, "issuer": entry.detail["issuer"],
        })
    );
    assert!(entry.detail["issuer"].is_string());
}

#[tokio::test]
async fn an_id_that_there_is_not_leaves_all_as_they_are() {
    let test = TestApp::start().await;
    send(&test, &["one", "two"]).await;
    dead_letter_all(&test).await;
    let letters = listed(&test, 20).await;
    for (index, unknown) in ["4711", "", "' OR 1=1 --", "a\u{7}b"]
        .into_iter()
        .enumerate()
    {
        for (operation, count) in [
            ("RedriveDeadLetters", "redriven"),
            ("DiscardDeadLetters", "discarded"),
        ] {
            for dry_run in [false, true] {
                let input = json!({
                    "idempotencyKey": format!("{index}"), "queue": "partner-sync", "dryRun": dry_run,
                    "ids": [letters[0]["id"], unknown],
                });
                let payload = mutate(&test, operation, input).await;
                assert_eq!(payload[count], Value::Null);
                assert_eq!(payload["queue"], Value::Null);
                let errors = &payload["userErrors"];
                assert_eq!(errors[0]["code"], "NOT_FOUND", "{payload:#}");
                assert_eq!(errors[0]["path"], json!(["input", "ids", "1"]));
            }
        }
    }
    // An empty list is not all of them.
    for (ids, code) in [(vec![], "TOO_FEW"), (vec!["1"; 101], "TOO_MANY")] {
        for operation in ["RedriveDeadLetters", "DiscardDeadLetters"] {
            let input = json!({ "idempotencyKey": code, "queue": "partner-sync", "ids": ids });
            let payload = mutate(&test, operation, input).await;
            let error = &payload["userErrors"][0];
            assert_eq!(error["code"], code, "{operation}");
            let message = error["message"].as_str().expect("a message");
            assert!(message.starts_with("The list of ids"), "{message}");
        }
    }
    assert_eq!(queue(&test).depth(QUEUE).await.expect("a depth").dead, 2);
    assert_eq!(entries(&test).await, []);
}

#[tokio::test]
async fn they_are_discarded_for_good_and_recorded() {
    let test = TestApp::start().await;
    send(&test, &[&envelope(), "two", "three", "four"]).await;
    dead_letter_all(&test).await;
    let letters = listed(&test, 20).await;
    let base = json!({ "idempotencyKey": "one", "queue": "partner-sync", "limit": 1 });
    let with = |key: &str, more: Value| {
        let mut input = base.clone();
        input["idempotencyKey"] = key.into();
        for (name, value) in more.as_object().expect("an object") {
            input[name] = value.clone();
        }
        input
    };
    let dry = discard(&test, with("dry", json!({ "limit": 3, "dryRun": true }))).await;
    assert_eq!(
        (&dry["discarded"], &dry["queue"]["deadLetters"]),
        (&json!(3), &json!(4))
    );
    assert_eq!(entries(&test).await, []);
    for _ in 0..2 {
        // The second call changes nothing.
        let payload = discard(&test, base.clone()).await;
        assert_eq!(payload["userErrors"], json!([]), "{payload:#}");
        assert_eq!(payload["discarded"], 1);
        assert_eq!(payload["queue"]["deadLetters"], 3);
    }
    let chosen = discard(&test, with("two", json!({ "ids": [letters[3]["id"]] }))).await;
    assert_eq!(
        (&chosen["discarded"], &chosen["queue"]["deadLetters"]),
        (&json!(1), &json!(2))
    );
    let left: Vec<_> = listed(&test, 20).await;
    assert_eq!(left, letters[1..3]);
    assert_eq!(waiting(&test).await, [""; 0]);
    let rest = discard(&test, with("three", json!({ "limit": 100 }))).await;
    assert_eq!(rest["discarded"], 2);
    // Without dead letters nothing is recorded.
    let none = discard(&test, with("four", json!({}))).await;
    assert_eq!(none["discarded"], 0);
    let other = discard(&test, with("one", json!({ "limit": 2 }))).await;
    assert_eq!(other["userErrors"][0]["code"], "IDEMPOTENCY_KEY_REUSED");

    let entries = entries(&test).await;
    assert_eq!(entries.len(), 3);
    let first = entries.last().expect("the first entry");
    assert_eq!(
        (first.action.as_str(), &*first.actor),
        ("queue.discard", SAM)
    );
    assert_eq!(first.occurred_at, test.clock.now());
    assert_eq!(
        first.detail,
        json!({
            "queue": "partner-sync",
            "discarded": 1,
            "letters": [{ "id": letters[0]["id"], "envelope": MESSAGE, "kind": "partner.consent" }],
            "issuer": first.detail["issuer"],
        })
    );
}
