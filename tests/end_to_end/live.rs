//! Live sessions: the list, and the changes that staff make.

use coach_domain::audit;
use serde_json::{Value, json};

use crate::{
    harness::{
        TestApp, kinds,
        member::{MAYA, SAM},
    },
    writes::change,
};

const SESSIONS: &str = "query Sessions($first: Int! = 20, $after: String) {
    liveSessions(first: $first, after: $after) {
        nodes { id title coach startsAt waitingRoomOpensAt state cancelledAt replayUrl }
        pageInfo { hasNextPage endCursor }
    }
}";

const START: &str = "2026-03-20T18:00:00Z";

/// Makes a change and returns its payload. A successful change may enqueue that the status file is published, and a
/// rejected one enqueues nothing.
async fn changed(test: &TestApp, operation: &str, input: Value) -> Value {
    let answer = change(test, SAM, operation, input).await;
    let payload = answer.payload().clone();
    let enqueued = test.take_outbox_kinds().await;
    let refused = payload["liveSession"].is_null();
    let expected: &[&[&str]] = if refused {
        &[&[]]
    } else {
        &[
            &["live.publish"],
            &["live.ask-for-job", "live.publish"],
            &[],
        ]
    };
    assert!(
        expected.iter().any(|kinds| enqueued == *kinds),
        "{enqueued:?}"
    );
    payload
}

async fn schedule(test: &TestApp, key: &str, more: Value) -> Value {
    let mut input = json!({
        "idempotencyKey": key, "title": "Morning mobility", "coach": "Nadia", "startsAt": START,
    });
    for (name, value) in more.as_object().expect("an object") {
        input[name] = value.clone();
    }
    changed(test, "ScheduleLiveSession", input).await
}

/// Schedules a session with this title and returns its id.
pub(crate) async fn schedule_session(test: &TestApp, title: &str) -> String {
    let done = schedule(test, title, json!({ "title": title })).await;
    let id = done["liveSession"]["id"].as_str();
    id.unwrap_or_else(|| panic!("{done:#}")).to_owned()
}

async fn sessions(test: &TestApp, variables: Value) -> Value {
    let answer = test.graphql("", SESSIONS, variables).await;
    answer.data()["liveSessions"].clone()
}

async fn titles(test: &TestApp) -> Vec<String> {
    let list = sessions(test, json!({})).await;
    let nodes = list["nodes"].as_array().expect("nodes").iter();
    let title = |node: &Value| node["title"].as_str().expect("a title").to_owned();
    nodes.map(title).collect()
}

async fn change_session(
    test: &TestApp,
    operation: &str,
    key: &str,
    id: &str,
    more: Value,
) -> Value {
    let mut input = json!({ "idempotencyKey": key, "liveSessionId": id });
    for (name, value) in more.as_object().expect("an object") {
        input[name] = value.clone();
    }
    changed(test, operation, input).await
}

fn user_error(payload: &Value) -> (&str, &str) {
    assert!(payload["liveSession"].is_null(), "{payload:#}");
    let error = &payload["userErrors"][0];
    let code = error["code"].as_str().expect("a code");
    (code, error["path"][1].as_str().unwrap_or_default())
}

#[tokio::test]
async fn what_staff_announce_everybody_sees() {
    let test = TestApp::start().await;
    assert_eq!(titles(&test).await, [""; 0]);
    let session = schedule(&test, "1", json!({})).await["liveSession"].clone();
    assert_eq!(
        session,
        json!({
            "id": session["id"], "title": "Morning mobility", "coach": "Nadia", "startsAt": START,
            "waitingRoomOpensAt": "2026-03-20T17:45:00Z", "state": "SCHEDULED",
            "cancelledAt": null, "replayUrl": null,
        })
    );
    // A repeated call schedules nothing.
    let again = schedule(&test, "1", json!({})).await;
    assert_eq!(again["liveSession"], session);
    let listed = sessions(&test, json!({})).await;
    assert_eq!(listed["nodes"], json!([session]));
    let query = "query Node($id: ID!) { node(id: $id) { id ... on LiveSession { title } } }";
    let found = test
        .graphql("", query, json!({ "id": session["id"] }))
        .await;
    let expected = json!({ "id": session["id"], "title": "Morning mobility" });
    assert_eq!(found.data()["node"], expected);
    let entries = audit::newest(&*test.pool, 10).await.expect("found");
    let entries: Vec<_> = entries
        .iter()
        .map(|entry| (entry.action.as_str(), entry.actor.as_str()))
        .collect();
    assert_eq!(entries, [("live.schedule", SAM)]);
}

#[tokio::test]
async fn each_change_has_the_status_file_follow() {
    let test = TestApp::start().await;
    let input = |key: &str, job: Value| {
        json!({
            "idempotencyKey": key, "title": "Core", "coach": "Nadia", "startsAt": START, "videoJobId": job,
        })
    };
    let answer = change(&test, SAM, "ScheduleLiveSession", input("1", Value::Null)).await;
    assert_eq!(test.take_outbox_kinds().await, ["live.publish"]);
    let id = answer.payload()["liveSession"]["id"].clone();
    change(&test, SAM, "ScheduleLiveSession", input("1", Value::Null)).await;
    assert_eq!(test.take_outbox_kinds().await, [""; 0]);
    // The provider may have reported a job before we knew which session it belongs to.
    change(
        &test,
        SAM,
        "ScheduleLiveSession",
        input("2", json!("job-1")),
    )
    .await;
    let enqueued = test.take_outbox().await;
    assert_eq!(kinds(&enqueued), ["live.ask-for-job", "live.publish"]);
    assert_eq!(enqueued[0].envelope.payload, json!({ "jobId": "job-1" }));
    for (operation, expected) in [
        ("RescheduleLiveSession", &["live.publish"][..]),
        ("CancelLiveSession", &["live.publish"]),
    ] {
        let input = json!({ "idempotencyKey": operation, "liveSessionId": id });
        change(&test, SAM, operation, input).await;
        assert_eq!(test.take_outbox_kinds().await, expected);
    }
}

#[tokio::test]
async fn the_list_has_the_latest_start_first_and_goes_on_page_by_page() {
    let test = TestApp::start().await;
    for (title, day) in [("b", 21), ("d", 23), ("a", 20), ("c", 22), ("c2", 22)] {
        let starts_at = format!("2026-03-{day}T18:00:00Z");
        let more = json!({ "title": title, "startsAt": starts_at });
        assert_eq!(schedule(&test, title, more).await["userErrors"], json!([]));
    }
    // Of two sessions with the same start the one that was scheduled later comes first.
    let all = ["d", "c2", "c", "b", "a"];
    assert_eq!(titles(&test).await, all);
    let (mut seen, mut after) = (Vec::new(), Value::Null);
    loop {
        let page = sessions(&test, json!({ "first": 2, "after": after })).await;
        let nodes = page["nodes"].as_array().expect("nodes").iter();
        seen.extend(nodes.map(|node| node["title"].as_str().expect("a title").to_owned()));
        after = page["pageInfo"]["endCursor"].clone();
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
    }
    assert_eq!(seen, all);
    let wrong = test
        .graphql("", SESSIONS, json!({ "after": "nowhere" }))
        .await;
    assert_eq!(wrong.codes(), ["BAD_USER_INPUT"]);
}

#[tokio::test]
async fn what_moves_takes_its_waiting_room_along() {
    let test = TestApp::start().await;
    let id = schedule_session(&test, "Core").await;
    let moved = async |key: &str, more| {
        let payload = change_session(&test, "RescheduleLiveSession", key, &id, more).await;
        assert_eq!(payload["userErrors"], json!([]));
        let session = &payload["liveSession"];
        [
            &session["title"],
            &session["startsAt"],
            &session["waitingRoomOpensAt"],
        ]
        .map(|it| it.as_str().expect("text").to_owned())
    };
    let explicit = json!({ "waitingRoomOpensAt": "2026-03-20T17:30:00Z" });
    assert_eq!(
        moved("1", explicit).await,
        ["Core", START, "2026-03-20T17:30:00Z"]
    );
    let later = json!({ "startsAt": "2026-03-21T19:00:00Z" });
    assert_eq!(
        moved("2", later).await,
        ["Core", "2026-03-21T19:00:00Z", "2026-03-21T18:30:00Z"]
    );
    let usual = json!({ "waitingRoomOpensAt": null, "title": "Core and more" });
    assert_eq!(
        moved("3", usual).await,
        [
            "Core and more",
            "2026-03-21T19:00:00Z",
            "2026-03-21T18:45:00Z"
        ]
    );
    let nothing = change_session(
        &test,
        "RescheduleLiveSession",
        "4",
        &id,
        json!({ "startsAt": null }),
    )
    .await;
    assert_eq!(user_error(&nothing), ("REQUIRED", "startsAt"));
}

#[tokio::test]
async fn what_is_called_off_is_not_listed_and_stays_off() {
    let test = TestApp::start().await;
    let id = schedule_session(&test, "Core").await;
    let off = change_session(&test, "CancelLiveSession", "1", &id, json!({})).await;
    assert_eq!(off["liveSession"]["cancelledAt"], "2026-03-18T12:00:00Z");
    assert_eq!(titles(&test).await, [""; 0]);
    test.advance(chrono::TimeDelta::hours(1));
    let again = change_session(&test, "CancelLiveSession", "2", &id, json!({})).await;
    assert_eq!(again, off);
    let moved = json!({ "startsAt": "2026-03-21T19:00:00Z" });
    let moved = change_session(&test, "RescheduleLiveSession", "3", &id, moved).await;
    assert_eq!(
        user_error(&moved),
        ("LIVE_SESSION_CANCELLED", "liveSessionId")
    );
}

#[tokio::test]
async fn what_has_begun_is_neither_moved_nor_called_off() {
    let test = TestApp::start().await;
    for state in ["LIVE", "ENDED", "FAILED"] {
        let id = schedule_session(&test, state).await;
        test.execute(&format!(
            "UPDATE live_session SET state = '{state}' WHERE title = '{state}'"
        ))
        .await;
        for operation in ["RescheduleLiveSession", "CancelLiveSession"] {
            let key = format!("{state} {operation}");
            let refused = change_session(&test, operation, &key, &id, json!({})).await;
            assert_eq!(
                user_error(&refused),
                ("LIVE_SESSION_STARTED", "liveSessionId")
            );
        }
    }
}

#[tokio::test]
async fn times_and_names_and_jobs_are_checked() {
    let test = TestApp::start().await;
    let first = schedule(&test, "job", json!({ "videoJobId": "job-1" })).await;
    assert_eq!(first["userErrors"], json!([]));
    for (more, expected) in [
        (
            json!({ "startsAt": "2026-03-18T12:00:00Z" }),
            ("OUT_OF_RANGE", "startsAt"),
        ),
        (
            json!({ "startsAt": "2027-03-20T12:00:00Z" }),
            ("OUT_OF_RANGE", "startsAt"),
        ),
        (
            json!({ "waitingRoomOpensAt": "2026-03-20T18:00:01Z" }),
            ("OUT_OF_RANGE", "waitingRoomOpensAt"),
        ),
        (
            json!({ "waitingRoomOpensAt": "2026-03-19T17:59:59Z" }),
            ("OUT_OF_RANGE", "waitingRoomOpensAt"),
        ),
        (json!({ "title": " \u{200b}" }), ("INVALID", "title")),
        (json!({ "coach": "N\nadia" }), ("INVALID", "coach")),
        (json!({ "videoJobId": "job 2" }), ("INVALID", "videoJobId")),
        (json!({ "videoJobId": "job-1" }), ("INVALID", "videoJobId")),
    ] {
        let refused = schedule(&test, "2", more.clone()).await;
        assert_eq!(user_error(&refused), expected, "{more}");
    }
    let rows = test.number("SELECT count(*) FROM live_session").await;
    assert_eq!(rows, 1);
}

#[tokio::test]
async fn members_announce_nothing() {
    let test = TestApp::start().await;
    let input = json!({ "idempotencyKey": "1", "title": "Mine", "coach": "Me", "startsAt": START });
    for (email, code) in [(MAYA, "FORBIDDEN"), ("", "UNAUTHENTICATED")] {
        let answer = change(&test, email, "ScheduleLiveSession", input.clone()).await;
        assert_eq!(answer.codes(), [code]);
    }
    assert_eq!(titles(&test).await, [""; 0]);
}
