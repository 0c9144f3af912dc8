//! Pausing and resuming queues.

use std::time::Duration;

use chrono::TimeDelta;
use coach_domain::queue::Queue as _;
use serde_json::{Value, json};

use super::{QUEUE, assert_for_staff_only, entries, mutate, queue, send};
use crate::harness::TestApp;

fn input(key: &str, queue: &str) -> Value {
    json!({ "idempotencyKey": key, "queue": queue })
}

async fn received(test: &TestApp) -> usize {
    let queue = queue(test);
    let received = queue.receive(QUEUE, 10, Duration::ZERO, Duration::ZERO);
    received.await.expect("received").len()
}

#[tokio::test]
async fn a_paused_queue_gives_out_nothing_until_it_is_resumed() {
    let test = TestApp::start().await;
    send(&test, &["one"]).await;
    for key in ["1", "1", "2"] {
        // A repeated call changes nothing, nor does one for a queue that is paused already.
        let paused = mutate(&test, "PauseQueue", input(key, "partner-sync")).await;
        assert_eq!(paused["userErrors"], json!([]));
        assert_eq!(paused["queue"]["name"], "partner-sync");
        assert_eq!(
            paused["queue"]["pausedSince"], "2026-03-18T12:00:00Z",
            "{paused:#}"
        );
        test.advance(TimeDelta::minutes(1));
    }
    assert_eq!(received(&test).await, 0);
    for key in ["3", "3", "4"] {
        let resumed = mutate(&test, "ResumeQueue", input(key, "partner-sync")).await;
        assert_eq!(resumed["userErrors"], json!([]));
        assert_eq!(resumed["queue"]["pausedSince"], Value::Null);
        assert_eq!(resumed["queue"]["depth"], 1);
    }
    assert_eq!(received(&test).await, 1);
    // The first key was used: the queue is not paused again.
    let again = mutate(&test, "PauseQueue", input("1", "partner-sync")).await;
    assert_eq!(again["queue"]["pausedSince"], Value::Null);
    let reused = mutate(&test, "PauseQueue", input("1", "email")).await;
    assert_eq!(reused["userErrors"][0]["code"], "IDEMPOTENCY_KEY_REUSED");

    let entries = entries(&test).await;
    let changes: Vec<_> = entries
        .iter()
        .map(|entry| (entry.action.as_str(), &entry.detail["queue"]))
        .collect();
    let queue = json!("partner-sync");
    assert_eq!(changes, [("queue.resume", &queue), ("queue.pause", &queue)]);
    assert!(
        entries
            .iter()
            .all(|entry| entry.detail["issuer"].is_string())
    );
}

#[tokio::test]
async fn only_queues_of_the_service_are_paused_and_only_by_staff() {
    let test = TestApp::start().await;
    for operation in ["PauseQueue", "ResumeQueue"] {
        for (name, code) in [
            ("events", "NOT_FOUND"),
            ("partner-sync-dlq", "NOT_FOUND"),
            ("", "TOO_SHORT"),
            (&"a".repeat(81), "TOO_LONG"),
        ] {
            let refused = mutate(&test, operation, input("1", name)).await;
            assert_eq!(refused["queue"], Value::Null);
            assert_eq!(refused["userErrors"][0]["code"], code, "{operation} {name}");
            assert_eq!(refused["userErrors"][0]["path"], json!(["input", "queue"]));
        }
        assert_for_staff_only(&test, operation, input("1", "email")).await;
    }
}
