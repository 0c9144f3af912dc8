//! Operations for staff: the state of queues and the outbox, and what repairs them.

mod dead_letters;
mod pauses;
mod records;
mod webhook_events;

use std::time::Duration;

use chrono::DateTime;
use coach_domain::{
    audit,
    clock::Clock as _,
    queue::{Outgoing, Queue as _, QueueName},
};
use coach_workers::queue::{PostgresQueue, pause};
use serde_json::{Value, json};

use crate::{
    harness::{
        TestApp,
        member::{MAYA, SAM},
        read_operation,
    },
    writes::change,
};

const QUEUE: QueueName = QueueName::PartnerSync;

const OPERATIONS: &str = "{ operations {
    queues { name depth oldestAgeSeconds inFlight deadLetters pausedSince }
    outbox { lagSeconds oldestUnsentAt unsent }
} }";

fn queue(test: &TestApp) -> PostgresQueue {
    PostgresQueue::new_unchecked((*test.pool).clone(), [])
}

async fn send(test: &TestApp, bodies: &[&str]) {
    let messages: Vec<_> = bodies.iter().map(|body| Outgoing::new(*body)).collect();
    let sent = queue(test).send(QUEUE, &messages).await;
    assert_eq!(sent, Ok(vec![Ok(()); bodies.len()]));
}

/// Receives all messages and returns them until they are dead letters.
async fn dead_letter_all(test: &TestApp) {
    let (queue, long) = (queue(test), Duration::from_mins(10));
    loop {
        let received = queue.receive(QUEUE, 10, Duration::ZERO, long).await;
        let received = received.expect("received");
        if received.is_empty() {
            return;
        }
        for message in received {
            let returned = queue.extend(QUEUE, &message.receipt, Duration::ZERO);
            returned.await.expect("returned");
        }
    }
}

async fn redrive(test: &TestApp, email: &str, input: Value) -> Value {
    let mutation = read_operation("RedriveDeadLetters");
    let answer = test
        .graphql(email, &mutation, json!({ "input": input }))
        .await;
    answer.data()["redriveDeadLetters"].clone()
}

/// Calls a mutation as staff, and returns its payload.
async fn mutate(test: &TestApp, operation: &str, input: Value) -> Value {
    let answer = change(test, SAM, operation, input).await;
    answer.payload().clone()
}

/// Checks that a mutation is refused to members and to who is not signed in, and leaves no entry.
async fn assert_for_staff_only(test: &TestApp, operation: &str, input: Value) {
    let before = entries(test).await;
    for (email, code) in [(MAYA, "FORBIDDEN"), ("", "UNAUTHENTICATED")] {
        let answer = change(test, email, operation, input.clone()).await;
        assert_eq!(answer.codes(), [code], "{operation}");
    }
    assert_eq!(entries(test).await, before);
    assert_eq!(test.take_outbox().await, []);
}

/// Checks that a query with one root field is refused to members and to who is not signed in.
async fn assert_query_for_staff_only(test: &TestApp, query: &str) {
    for (email, code) in [(MAYA, "FORBIDDEN"), ("", "UNAUTHENTICATED")] {
        let answer = test.graphql(email, query, json!({})).await;
        assert_eq!(answer.codes(), [code], "{query}");
        let data = answer.body["data"].as_object().expect("an object");
        assert!(data.values().all(Value::is_null), "{query}: {data:?}");
    }
}

async fn entries(test: &TestApp) -> Vec<audit::StoredAuditEntry> {
    audit::newest(&*test.pool, 100).await.expect("found")
}

#[tokio::test]
async fn staff_see_how_queues_and_outbox_are_doing() {
    let test = TestApp::start().await;
    send(&test, &["dead"]).await;
    dead_letter_all(&test).await;
    send(&test, &["in flight"]).await;
    let queue = queue(&test);
    let received = queue.receive(QUEUE, 1, Duration::ZERO, Duration::from_mins(5));
    assert_eq!(received.await.expect("received").len(), 1);
    send(&test, &["waits", "waits too"]).await;
    let paused = pause::pause(&*test.pool, QUEUE, test.clock.now()).await;
    assert_eq!(paused, Ok(true));

    let answer = test.graphql(SAM, OPERATIONS, json!({})).await;
    let operations = &answer.data()["operations"];
    let queues = operations["queues"].as_array().expect("queues");
    let names: Vec<_> = queues.iter().map(|queue| queue["name"].as_str()).collect();
    let all = QueueName::CONSUMED.map(|name| Some(name.as_str()));
    assert_eq!(names, all);
    assert!(names.is_sorted());
    let of = |name: &str| {
        queues
            .iter()
            .find(|queue| queue["name"] == name)
            .expect("it")
    };
    let oldest = of("partner-sync")["oldestAgeSeconds"].as_i64();
    assert!(
        oldest.is_some_and(|age| (0..60).contains(&age)),
        "{oldest:?}"
    );
    assert_eq!(
        *of("partner-sync"),
        json!({
            "name": "partner-sync",
            "depth": 2,
            "oldestAgeSeconds": oldest,
            "inFlight": 1,
            "deadLetters": 1,
            "pausedSince": "2026-03-18T12:00:00Z",
        })
    );
    assert_eq!(
        *of("email"),
        json!({
            "name": "email",
            "depth": 0,
            "oldestAgeSeconds": null,
            "inFlight": 0,
            "deadLetters": 0,
            "pausedSince": null,
        })
    );
    let nothing = json!({ "lagSeconds": 0, "oldestUnsentAt": null, "unsent": 0 });
    assert_eq!(operations["outbox"], nothing);
}

#[tokio::test]
async fn the_outbox_reports_its_lag() {
    let test = TestApp::start().await;
    let today = test
        .graphql(MAYA, &read_operation("Today"), json!({}))
        .await;
    let workout = &today.data()["me"]["plan"]["currentCycle"]["today"]["workouts"][0];
    let input = json!({ "idempotencyKey": "one", "scheduledWorkoutId": workout["id"] });
    let done = test
        .graphql(
            MAYA,
            &read_operation("CompleteWorkout"),
            json!({ "input": input }),
        )
        .await;
    assert_eq!(done.data()["completeWorkout"]["userErrors"], json!([]));
    // By the clock of the database, whatever that of the gateway says.
    test.execute("UPDATE outbox SET created_at = created_at - interval '90 seconds'")
        .await;
    let answer = test.graphql(SAM, OPERATIONS, json!({})).await;
    let outbox = &answer.data()["operations"]["outbox"];
    assert_eq!(outbox["unsent"], 1);
    let lag = outbox["lagSeconds"].as_i64().expect("a number");
    assert!((90..300).contains(&lag), "{outbox}");
    let since = outbox["oldestUnsentAt"].as_str().expect("a time");
    let since = DateTime::parse_from_rfc3339(since).expect("a time");
    let enqueued = test.number("SELECT floor(extract(epoch FROM created_at))::bigint FROM outbox");
    assert_eq!(since.timestamp(), enqueued.await);
    assert_eq!(test.take_outbox_kinds().await, ["event.workout-completed"]);
}

#[tokio::test]
async fn nobody_else_sees_or_mends_them() {
    let test = TestApp::start().await;
    send(&test, &["dead"]).await;
    dead_letter_all(&test).await;
    let input = json!({ "idempotencyKey": "one", "queue": "partner-sync" });
    for (email, code) in [(MAYA, "FORBIDDEN"), ("", "UNAUTHENTICATED")] {
        let answer = test.graphql(email, OPERATIONS, json!({})).await;
        assert_eq!(answer.codes(), [code]);
        assert_eq!(answer.body["data"]["operations"], Value::Null);
        let mutation = read_operation("RedriveDeadLetters");
        let answer = test
            .graphql(email, &mutation, json!({ "input": input }))
            .await;
        assert_eq!(answer.codes(), [code]);
    }
    assert_eq!(queue(&test).depth(QUEUE).await.expect("told").dead, 1);
    assert_eq!(entries(&test).await, []);
}

#[tokio::test]
async fn a_redrive_is_done_once_and_recorded() {
    let test = TestApp::start().await;
    send(&test, &["one", "two", "three"]).await;
    dead_letter_all(&test).await;
    let input = json!({ "idempotencyKey": "one", "queue": "partner-sync", "limit": 2 });
    for _ in 0..2 {
        // The second call changes nothing.
        let payload = redrive(&test, SAM, input.clone()).await;
        assert_eq!(payload["redriven"], 2, "{payload}");
        assert_eq!(payload["userErrors"], json!([]));
        assert_eq!(payload["queue"]["depth"], 2);
        assert_eq!(payload["queue"]["deadLetters"], 1);
    }
    let [entry] = &entries(&test).await[..] else {
        panic!("one entry");
    };
    assert_eq!(entry.action, "queue.redrive");
    assert_eq!(entry.actor, SAM);
    assert_eq!(entry.occurred_at, test.clock.now());
    assert_eq!(entry.detail["queue"], "partner-sync");
    assert_eq!(entry.detail["limit"], 2);
    assert_eq!(entry.detail["redriven"], 2);
    assert!(entry.detail["issuer"].is_string());
    // Oldest first, with their receive counts reset.
    let queue = queue(&test);
    let received = queue.receive(QUEUE, 10, Duration::ZERO, Duration::from_mins(1));
    let received = received.await.expect("received");
    let bodies: Vec<_> = received
        .iter()
        .map(|it| (it.body.as_str(), it.receives))
        .collect();
    assert_eq!(bodies, [("one", 1), ("two", 1)]);

    // The key is bound to the first input.
    let other = json!({ "idempotencyKey": "one", "queue": "partner-sync", "limit": 3 });
    let payload = redrive(&test, SAM, other).await;
    assert_eq!(payload["userErrors"][0]["code"], "IDEMPOTENCY_KEY_REUSED");
    assert_eq!(payload["redriven"], Value::Null);
    // The default limit is a hundred.
    let rest = json!({ "idempotencyKey": "two", "queue": "partner-sync" });
    assert_eq!(redrive(&test, SAM, rest).await["redriven"], 1);
    // Without dead letters nothing is recorded.
    let none = json!({ "idempotencyKey": "three", "queue": "partner-sync" });
    assert_eq!(redrive(&test, SAM, none).await["redriven"], 0);
    assert_eq!(entries(&test).await.len(), 2);
}

#[tokio::test]
async fn a_dry_run_counts_and_changes_nothing() {
    let test = TestApp::start().await;
    send(&test, &["one", "two", "three"]).await;
    dead_letter_all(&test).await;
    for (limit, would) in [(2, 2), (100, 3)] {
        let input = json!({
            "idempotencyKey": format!("dry {limit}"),
            "queue": "partner-sync",
            "limit": limit,
            "dryRun": true,
        });
        let payload = redrive(&test, SAM, input).await;
        assert_eq!(payload["redriven"], would);
        assert_eq!(payload["queue"]["deadLetters"], 3);
        assert_eq!(payload["queue"]["depth"], 0);
    }
    assert_eq!(entries(&test).await, []);
}

#[tokio::test]
async fn an_unknown_queue_names_those_that_there_are() {
    let test = TestApp::start().await;
    for name in ["partner-sync-dlq", "events", "EMAIL", " "] {
        let input = json!({ "idempotencyKey": "one", "queue": name });
        let payload = redrive(&test, SAM, input).await;
        assert_eq!(payload["queue"], Value::Null);
        assert_eq!(payload["redriven"], Value::Null);
        let [error] = &payload["userErrors"].as_array().expect("errors")[..] else {
            panic!("{payload}");
        };
        assert_eq!(error["code"], "NOT_FOUND");
        assert_eq!(error["path"], json!(["input", "queue"]));
        let message = error["message"].as_str().expect("a message");
        for name in QueueName::CONSUMED {
            assert!(message.contains(name.as_str()), "{message}");
        }
    }
    // The key is unused.
    let input = json!({ "idempotencyKey": "one", "queue": "email" });
    assert_eq!(redrive(&test, SAM, input).await["redriven"], 0);
}

#[tokio::test]
async fn input_out_of_bounds_is_refused() {
    let test = TestApp::start().await;
    let mutation = read_operation("RedriveDeadLetters");
    for (field, value, code) in [
        ("limit", json!(0), "OUT_OF_RANGE"),
        ("limit", json!(10_001), "OUT_OF_RANGE"),
        ("queue", json!(""), "TOO_SHORT"),
        ("queue", json!("a".repeat(81)), "TOO_LONG"),
    ] {
        let mut input = json!({ "idempotencyKey": "one", "queue": "email" });
        input[field] = value;
        let refused = redrive(&test, SAM, input).await;
        assert_eq!(refused["userErrors"][0]["code"], code, "{field}");
    }
    for (field, value) in [
        ("limit", json!(null)),
        ("limit", json!("all")),
        ("queue", json!(null)),
        ("idempotencyKey", json!("")),
        ("idempotencyKey", json!("a".repeat(256))),
        ("dryRun", json!(null)),
    ] {
        let mut input = json!({ "idempotencyKey": "one", "queue": "email" });
        input[field] = value.clone();
        let answer = test
            .graphql(SAM, &mutation, json!({ "input": input }))
            .await;
        assert_eq!(answer.codes(), ["BAD_USER_INPUT"], "{field} = {value}");
    }
    assert_eq!(entries(&test).await, []);
}
