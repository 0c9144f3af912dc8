//! What is kept of what was done: the audit log, and the starts of processes.

use chrono::TimeDelta;
use coach_domain::{
    clock::Clock as _,
    process_start::{self, ProcessRole},
};
use serde_json::{Value, json};

use super::{assert_query_for_staff_only, mutate};
use crate::harness::{TestApp, member::SAM};

const ENTRIES: &str = "query Entries($first: Int! = 20) { auditEntries(first: $first) {
    id occurredAt actor action detail
} }";

const STARTS: &str = "{ operations { processStarts { id startedAt role version deployment } } }";

#[tokio::test]
async fn the_audit_log_is_read_newest_first() {
    let test = TestApp::start().await;
    for (operation, key) in [("PauseQueue", "1"), ("ResumeQueue", "2")] {
        let input = json!({ "idempotencyKey": key, "queue": "email" });
        mutate(&test, operation, input).await;
        test.advance(TimeDelta::minutes(1));
    }
    let answer = test.graphql(SAM, ENTRIES, json!({})).await;
    let entries = answer.data()["auditEntries"].as_array().expect("entries");
    let [resumed, paused] = &entries[..] else {
        panic!("two: {entries:#?}");
    };
    assert_eq!(resumed["action"], "queue.resume");
    let detail = paused["detail"].as_str().expect("text");
    assert_eq!(
        *paused,
        json!({
            "id": paused["id"], "occurredAt": "2026-03-18T12:00:00Z", "actor": SAM, "action": "queue.pause",
            "detail": detail,
        })
    );
    let detail: Value = serde_json::from_str(detail).expect("JSON");
    assert_eq!(detail["queue"], "email");
    let newest = test.graphql(SAM, ENTRIES, json!({ "first": 1 })).await;
    assert_eq!(newest.data()["auditEntries"], json!([resumed]));
    for first in [0, 101] {
        let answer = test.graphql(SAM, ENTRIES, json!({ "first": first })).await;
        assert_eq!(answer.codes(), ["BAD_USER_INPUT"]);
    }
    assert_query_for_staff_only(&test, "{ auditEntries { detail } }").await;
}

#[tokio::test]
async fn starts_are_read_newest_first_and_kept_for_90_days() {
    let test = TestApp::start().await;
    let now = test.clock.now();
    let started = [
        (ProcessRole::Gateway, "1.0.0", Some("blue"), 91),
        (ProcessRole::Gateway, "1.1.0", None, 89),
        (ProcessRole::Worker, "1.2.0", Some("green"), 1),
    ];
    for (role, version, deployment, days) in started {
        let at = now - TimeDelta::days(days);
        let recorded = process_start::record(&*test.pool, role, version, deployment, at).await;
        recorded.expect("recorded");
    }
    let purged = process_start::PURGE.run(&*test.pool, now - process_start::RETENTION, 10);
    assert_eq!(purged.await.expect("purged"), 1);
    let answer = test.graphql(SAM, STARTS, json!({})).await;
    let starts = &answer.data()["operations"]["processStarts"];
    assert_eq!(
        *starts,
        json!([
            {
                "id": starts[0]["id"], "startedAt": "2026-03-17T12:00:00Z", "role": "WORKER",
                "version": "1.2.0", "deployment": "green",
            },
            {
                "id": starts[1]["id"], "startedAt": "2025-12-19T12:00:00Z", "role": "GATEWAY",
                "version": "1.1.0", "deployment": null,
            },
        ])
    );
    assert!(starts[0]["id"].is_string());
    for number in 0..60 {
        let at = now + TimeDelta::seconds(number);
        let recorded = process_start::record(&*test.pool, ProcessRole::Worker, "2", None, at).await;
        recorded.expect("recorded");
    }
    let answer = test.graphql(SAM, STARTS, json!({})).await;
    let starts = answer.data()["operations"]["processStarts"].as_array();
    assert_eq!(starts.map(Vec::len), Some(50));
}
