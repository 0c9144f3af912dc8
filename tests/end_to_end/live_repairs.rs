//! What staff set by hand of a live session, and of its status file.

use coach_domain::{
    audit,
    id::OpaqueId as _,
    live::{self, STATUS_FILE_ATTRIBUTES, STATUS_FILE_KEY, Status},
    object::Condition,
};
use serde_json::{Value, json};

use crate::{
    harness::{
        TestApp,
        member::{MAYA, SAM},
    },
    live::schedule_session,
    writes::change,
};

const PLAYBACK: &str = "https://play.example/a.m3u8";

async fn set(test: &TestApp, key: &str, id: &str, more: Value) -> Value {
    let mut input = json!({ "idempotencyKey": key, "liveSessionId": id });
    for (name, value) in more.as_object().expect("an object") {
        input[name] = value.clone();
    }
    change(test, SAM, "SetLiveSession", input)
        .await
        .payload()
        .clone()
}

async fn publish(test: &TestApp, key: &str, raise: bool) -> Value {
    let input = json!({ "idempotencyKey": key, "raise": raise });
    change(test, SAM, "PublishLiveStatus", input)
        .await
        .payload()
        .clone()
}

/// The audit entries about live sessions by hand, oldest first.
async fn entries(test: &TestApp) -> Vec<(String, Value)> {
    let entries = audit::newest(&*test.pool, 100).await.expect("found");
    let entries = entries.into_iter().rev();
    let entries = entries.filter(|entry| entry.action != "live.schedule");
    entries
        .map(|entry| {
            assert_eq!(entry.actor, SAM);
            assert!(entry.detail["issuer"].is_string());
            (entry.action, entry.detail)
        })
        .collect()
}

async fn file(test: &TestApp) -> Option<Status> {
    let file = live::read_status_file(&*test.app.objects).await;
    file.expect("a store that can be read")
}

/// Writes the status file, as it was once.
async fn write(test: &TestApp, status: &Status) {
    let bytes = serde_json::to_vec(status).expect("JSON");
    let store = &test.app.objects;
    let put = store.put(
        STATUS_FILE_KEY,
        &bytes,
        &STATUS_FILE_ATTRIBUTES,
        &Condition::Always,
    );
    put.await.expect("written");
}

#[tokio::test]
async fn a_session_is_set_as_the_provider_would_report_it() {
    let test = TestApp::start().await;
    let id = schedule_session(&test, "Core").await;
    let live = json!({ "state": "LIVE", "playbackUrl": PLAYBACK });
    let mut dry = live.clone();
    dry["dryRun"] = true.into();
    let payload = set(&test, "dry", &id, dry).await;
    assert_eq!(payload["userErrors"], json!([]));
    assert_eq!(payload["liveSession"]["state"], "SCHEDULED");
    assert_eq!(test.take_outbox().await, []);
    assert_eq!(entries(&test).await, []);
    for expected in [&["live.publish"][..], &[]] {
        let payload = set(&test, "1", &id, live.clone()).await;
        assert_eq!(payload["userErrors"], json!([]), "{payload:#}");
        assert_eq!(payload["liveSession"]["state"], "LIVE");
        assert_eq!(test.take_outbox_kinds().await, expected);
    }
    // What is known already is not recorded.
    for (key, known) in [("2", json!({ "state": "LIVE" })), ("3", json!({}))] {
        let payload = set(&test, key, &id, known).await;
        assert_eq!(payload["liveSession"]["state"], "LIVE");
        assert_eq!(test.take_outbox().await, []);
    }
    let replay = json!({ "state": "ENDED", "replayUrl": "https://play.example/replay.m3u8" });
    let payload = set(&test, "4", &id, replay).await;
    assert_eq!(payload["liveSession"]["state"], "ENDED");
    assert_eq!(
        payload["liveSession"]["replayUrl"],
        "https://play.example/replay.m3u8"
    );
    assert_eq!(test.take_outbox_kinds().await, ["live.publish"]);
    let reused = set(&test, "4", &id, json!({})).await;
    assert_eq!(reused["userErrors"][0]["code"], "IDEMPOTENCY_KEY_REUSED");

    let entries = entries(&test).await;
    let [(action, first), (_, second)] = &entries[..] else {
        panic!("two: {entries:#?}");
    };
    assert_eq!(action, "live.set");
    assert_eq!(
        *first,
        json!({
            "liveSession": first["liveSession"], "before": "SCHEDULED", "state": "LIVE",
            "playbackUrl": PLAYBACK, "replayUrl": null, "issuer": first["issuer"],
        })
    );
    assert_eq!(
        (&second["before"], &second["state"]),
        (&json!("LIVE"), &json!("ENDED"))
    );
}

#[tokio::test]
async fn states_only_go_forward_and_what_is_called_off_stays_off() {
    let test = TestApp::start().await;
    let id = schedule_session(&test, "Core").await;
    set(&test, "1", &id, json!({ "state": "ENDED" })).await;
    for (key, state) in [("2", "LIVE"), ("3", "SCHEDULED")] {
        for dry_run in [true, false] {
            let more = json!({ "state": state, "dryRun": dry_run });
            let refused = set(&test, key, &id, more).await;
            assert_eq!(refused["liveSession"], Value::Null);
            assert_eq!(refused["userErrors"][0]["code"], "INVALID", "{state}");
            assert_eq!(refused["userErrors"][0]["path"], json!(["input", "state"]));
        }
    }
    test.take_outbox().await;
    let cancelled = schedule_session(&test, "Legs").await;
    let input = json!({ "idempotencyKey": "off", "liveSessionId": cancelled });
    change(&test, SAM, "CancelLiveSession", input).await;
    let unknown = coach_domain::id::LiveSessionId(uuid::Uuid::from_u128(7)).encode();
    test.take_outbox().await;
    for (id, code) in [
        (&*cancelled, "LIVE_SESSION_CANCELLED"),
        (&*unknown, "NOT_FOUND"),
        ("nonsense", "NOT_FOUND"),
    ] {
        let refused = set(&test, code, id, json!({ "state": "LIVE" })).await;
        assert_eq!(refused["userErrors"][0]["code"], code);
        assert_eq!(
            refused["userErrors"][0]["path"],
            json!(["input", "liveSessionId"])
        );
    }
    let input = json!({ "idempotencyKey": "5", "liveSessionId": id, "playbackUrl": "ftp://x" });
    let answer = change(&test, SAM, "SetLiveSession", input).await;
    assert_eq!(answer.codes(), ["BAD_USER_INPUT"]);
    assert_eq!(test.take_outbox().await, []);
    let actions = entries(&test).await.into_iter().map(|(action, _)| action);
    assert_eq!(actions.collect::<Vec<_>>(), ["live.set", "live.cancel"]);
}

#[tokio::test]
async fn the_status_file_is_written_again() {
    let test = TestApp::start().await;
    schedule_session(&test, "Core").await;
    assert_eq!(file(&test).await, None);
    for expected in [&["live.publish"][..], &[]] {
        let payload = publish(&test, "1", false).await;
        assert_eq!(payload["userErrors"], json!([]), "{payload:#}");
        let stream = &payload["liveStream"];
        assert_eq!(stream["state"], "SCHEDULED");
        assert_eq!(stream["session"]["title"], "Core");
        assert_eq!(stream["readAt"], "2026-03-18T12:00:00Z");
        assert_eq!(test.take_outbox_kinds().await, expected);
    }
    let written = file(&test).await.expect("a file");
    // Nothing is recorded when the file is right already.
    let payload = publish(&test, "2", true).await;
    assert_eq!(payload["liveStream"]["state"], "SCHEDULED");
    assert_eq!(test.take_outbox().await, []);
    let entries = entries(&test).await;
    let [(action, detail)] = &entries[..] else {
        panic!("one: {entries:#?}");
    };
    assert_eq!(action, "live.publish");
    assert_eq!(
        (&detail["file"], &detail["version"]),
        (&Value::Null, &json!(written.version))
    );
}

#[tokio::test]
async fn a_file_that_is_ahead_is_only_replaced_on_request() {
    let test = TestApp::start().await;
    schedule_session(&test, "Core").await;
    publish(&test, "1", false).await;
    let mut ahead = file(&test).await.expect("a file");
    let before = ahead.version;
    ahead.version += 10;
    write(&test, &ahead).await;
    test.take_outbox().await;
    let refused = publish(&test, "2", false).await;
    assert_eq!(refused["liveStream"], Value::Null);
    assert_eq!(refused["userErrors"][0]["code"], "INVALID", "{refused:#}");
    assert_eq!(refused["userErrors"][0]["path"], json!(["input", "raise"]));
    assert_eq!(file(&test).await, Some(ahead.clone()));
    assert_eq!(test.take_outbox().await, []);
    for _ in 0..2 {
        let raised = publish(&test, "3", true).await;
        assert_eq!(raised["userErrors"], json!([]), "{raised:#}");
        let written = file(&test).await.expect("a file");
        assert_eq!(written.version, ahead.version + 1);
    }
    assert_eq!(test.take_outbox_kinds().await, ["live.publish"]);
    let (action, detail) = entries(&test).await.pop().expect("an entry");
    assert_eq!(action, "live.raise");
    assert_eq!(
        detail,
        json!({
            "file": before + 10, "database": before, "version": before + 11, "issuer": detail["issuer"],
        })
    );
}

#[tokio::test]
async fn nobody_else_sets_or_publishes() {
    let test = TestApp::start().await;
    let id = schedule_session(&test, "Core").await;
    test.take_outbox().await;
    for (email, code) in [(MAYA, "FORBIDDEN"), ("", "UNAUTHENTICATED")] {
        let input = json!({ "idempotencyKey": "1", "liveSessionId": id, "state": "LIVE" });
        let answer = change(&test, email, "SetLiveSession", input).await;
        assert_eq!(answer.codes(), [code]);
        let input = json!({ "idempotencyKey": "1", "raise": true });
        let answer = change(&test, email, "PublishLiveStatus", input).await;
        assert_eq!(answer.codes(), [code]);
    }
    assert_eq!(entries(&test).await, []);
    assert_eq!(file(&test).await, None);
}
