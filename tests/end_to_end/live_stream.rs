//! The live status file, its route, and the field `liveStream`.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
    },
    time::{Duration, Instant},
};

use boon::{Compiler, Schemas};
use chrono::{DateTime, TimeDelta, Utc};
use coach_domain::{
    clock::Clock as _,
    id::{LiveSessionId, OpaqueId as _},
    live::{self, Fact, FactKind},
    object::{Attributes, Condition, ETag, Error, Object, ObjectStore},
    outbox::OutboxBatch,
    url::Url,
};
use coach_workers::object::Folder;
use futures_util::future::join_all;
use reqwest::Method;
use sea_orm::TransactionTrait as _;
use serde_json::{Value, json};

use crate::{
    harness::{TestApp, member::SAM},
    live::schedule_session,
    writes::change,
};

const STREAM: &str = "{ liveStream {
    isLive state startedAt playbackUrl statusUrl pollAfterSeconds updatedAt readAt
    session { id title coach startsAt waitingRoomOpensAt state cancelledAt replayUrl }
} }";

/// An object store that counts its reads, and fails if `fails` is set.
struct CountingStore {
    folder: Folder,
    reads: AtomicUsize,
    fails: AtomicBool,
}

impl CountingStore {
    fn new(name: &str) -> Arc<Self> {
        let name = format!("watched-{}-{name}", std::process::id());
        Arc::new(Self {
            folder: Folder::new(Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)),
            reads: AtomicUsize::new(0),
            fails: AtomicBool::new(false),
        })
    }

    /// Fails if the store was read more than once per two seconds since `begun`.
    fn assert_read_rate_since(&self, begun: Instant) {
        let (reads, passed) = (self.reads.load(SeqCst), begun.elapsed());
        let max = 1 + passed.as_millis() / 2_000;
        assert!(reads as u128 <= max, "{reads} reads in {passed:?}");
    }
}

#[async_trait::async_trait]
impl ObjectStore for CountingStore {
    async fn get(&self, key: &str) -> Result<Option<Object>, Error> {
        self.reads.fetch_add(1, SeqCst);
        if self.fails.load(SeqCst) {
            return Err(Error::Unavailable("told to fail".to_owned()));
        }
        self.folder.get(key).await
    }

    async fn put(
        &self,
        key: &str,
        bytes: &[u8],
        attributes: &Attributes,
        condition: &Condition,
    ) -> Result<ETag, Error> {
        self.folder.put(key, bytes, attributes, condition).await
    }

    async fn delete(&self, key: &str) -> Result<(), Error> {
        self.folder.delete(key).await
    }
}

async fn publish(test: &TestApp) {
    let store = &*test.app.objects;
    let published = live::publish(&*test.pool, store).await;
    published.expect("published");
}

/// Records what happened to a session, and publishes the status file.
pub(crate) async fn learn(test: &TestApp, id: &str, facts: &[Fact]) {
    let id = LiveSessionId::decode(id).expect("an id");
    let transaction = test.pool.begin().await.expect("a transaction");
    let mut outbox = OutboxBatch::new(None, test.clock.now());
    let session = live::record_manual_facts(&transaction, &mut outbox, id, facts).await;
    session.expect("recorded").expect("a session");
    transaction.commit().await.expect("committed");
    publish(test).await;
}

pub(crate) fn fact(kind: FactKind, at: &str) -> Fact {
    let at = DateTime::parse_from_rfc3339(at).expect("a moment").to_utc();
    Fact { kind, at }
}

fn playback() -> FactKind {
    FactKind::Playback(Url::parse("https://play.example/a.m3u8").expect("a URL"))
}

async fn stream(test: &TestApp) -> Value {
    test.graphql("", STREAM, json!({})).await.data()["liveStream"].clone()
}

/// Sleeps for longer than the two seconds for which the state is cached.
async fn outlive_cache() {
    tokio::time::sleep(Duration::from_millis(2_050)).await;
}

async fn file(test: &TestApp) -> reqwest::Response {
    let url = format!("{}/live/status.json", test.base);
    test.client.get(url).send().await.expect("an answer")
}

fn header<'a>(response: &'a reqwest::Response, name: &str) -> &'a str {
    let value = response.headers().get(name);
    value.map_or("", |value| value.to_str().expect("text"))
}

/// The content of the status file, which must conform to its JSON schema.
async fn status(test: &TestApp) -> Value {
    let response = file(test).await;
    assert_eq!(response.status(), 200);
    let status = response.json().await.expect("JSON");
    let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
    compiler.enable_format_assertions();
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schema/live-status.schema.json");
    let schema = compiler.compile(schema.to_str().expect("a path"), &mut schemas);
    let schema = schema.expect("a JSON schema");
    let valid = schemas.validate(&status, schema);
    assert!(valid.is_ok(), "{valid:?}\n{status:#}");
    status
}

#[tokio::test]
async fn the_file_tells_whole_seconds() {
    let test = TestApp::start().await;
    test.set_clock("2026-03-20T17:59:59.999999Z");
    let input = json!({ "idempotencyKey": "1", "title": "Legs", "coach": "Nadia",
        "startsAt": "2026-03-20T18:00:00.25Z", "waitingRoomOpensAt": "2026-03-20T17:59:59.999999Z" });
    let answer = change(&test, SAM, "ScheduleLiveSession", input).await;
    let id = answer.success()["liveSession"]["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    let facts = [
        fact(FactKind::Live, "2026-03-20T18:00:02.123456Z"),
        fact(playback(), "2026-03-20T18:00:02.5Z"),
        fact(FactKind::Ended, "2026-03-20T18:30:00.75Z"),
    ];
    for count in 0..=facts.len() {
        learn(&test, &id, &facts[..count]).await;
        // The JSON schema allows no fractions of seconds.
        status(&test).await;
    }
    let ended = status(&test).await;
    assert_eq!(ended["startedAt"], "2026-03-20T18:00:02Z");
    assert_eq!(ended["endedAt"], "2026-03-20T18:30:00Z");
    assert_eq!(ended["session"]["startsAt"], "2026-03-20T18:00:00Z");
    test.take_outbox().await;
}

#[tokio::test]
async fn the_file_and_the_api_tell_the_same_all_along() {
    let test = TestApp::start().await;
    assert_eq!(file(&test).await.status(), 404);
    let nothing = stream(&test).await;
    assert_eq!(nothing["state"], Value::Null, "{nothing:#}");
    assert_eq!(nothing["isLive"], false);

    publish(&test).await;
    let empty = status(&test).await;
    assert_eq!(
        (&empty["version"], &empty["session"]),
        (&json!(0), &Value::Null)
    );

    let id = schedule_session(&test, "Legs").await;
    publish(&test).await;
    let scheduled = status(&test).await;
    assert_eq!(scheduled["state"], "scheduled", "{scheduled:#}");
    assert_eq!(scheduled["session"]["id"], id.as_str());
    outlive_cache().await;
    let shown = stream(&test).await;
    assert_eq!(
        (&shown["state"], &shown["isLive"]),
        (&json!("SCHEDULED"), &json!(false))
    );
    assert_eq!(shown["session"]["title"], "Legs");
    assert_eq!(shown["updatedAt"], scheduled["updatedAt"]);
    // Two days before the start the interval is half an hour and up to ten minutes more.
    let wait = shown["pollAfterSeconds"].as_i64().expect("seconds");
    assert!((1_800..=2_400).contains(&wait), "{wait}");

    let began = "2026-03-20T18:00:02Z";
    learn(
        &test,
        &id,
        &[fact(FactKind::Live, began), fact(playback(), began)],
    )
    .await;
    let on = status(&test).await;
    assert_eq!(
        (&on["state"], &on["startedAt"]),
        (&json!("live"), &json!(began))
    );
    assert_eq!(on["playbackUrl"], "https://play.example/a.m3u8");
    assert!(on["version"].as_i64() > scheduled["version"].as_i64());
    outlive_cache().await;
    let shown = stream(&test).await;
    assert_eq!(
        (&shown["isLive"], &shown["playbackUrl"]),
        (&json!(true), &on["playbackUrl"])
    );
    assert_eq!(shown["statusUrl"], "http://127.0.0.1:8080/live/status.json");

    learn(&test, &id, &[fact(FactKind::Ended, "2026-03-20T18:45:00Z")]).await;
    let over = status(&test).await;
    assert_eq!(
        (&over["state"], &over["playbackUrl"]),
        (&json!("ended"), &Value::Null)
    );
    let replay = FactKind::Replay(Url::parse("https://play.example/b.mp4").expect("a URL"));
    learn(&test, &id, &[fact(replay, "2026-03-20T19:00:00Z")]).await;
    let list = test.graphql(
        "",
        "{ liveSessions { nodes { state replayUrl } } }",
        json!({}),
    );
    assert_eq!(
        list.await.data()["liveSessions"]["nodes"],
        json!([{ "state": "ENDED", "replayUrl": "https://play.example/b.mp4" }])
    );
}

#[tokio::test]
async fn edges_and_browsers_get_what_they_need() {
    let test = TestApp::start().await;
    publish(&test).await;
    let whole = file(&test).await;
    for (name, value) in [
        ("content-type", "application/json"),
        ("cache-control", "public, max-age=2"),
        ("access-control-allow-origin", "*"),
        ("access-control-expose-headers", "age, etag"),
        ("vary", ""),
        ("content-encoding", ""),
    ] {
        assert_eq!(header(&whole, name), value, "{name}");
    }
    let tag = header(&whole, "etag").to_owned();
    assert!(
        tag.starts_with('"') && tag.ends_with('"') && tag.len() > 10,
        "{tag}"
    );
    let length = header(&whole, "content-length").to_owned();
    assert_eq!(
        length,
        whole.text().await.expect("a body").len().to_string()
    );

    let url = format!("{}/live/status.json", test.base);
    let send = |method: Method, tags: Option<&str>| {
        let mut request = test.client.request(method, &url);
        if let Some(tags) = tags {
            request = request.header("if-none-match", tags);
        }
        async { request.send().await.expect("an answer") }
    };
    let known = send(Method::GET, Some(&format!("\"other\", W/{tag}"))).await;
    assert_eq!(
        (known.status().as_u16(), header(&known, "etag")),
        (304, tag.as_str())
    );
    assert_eq!(header(&known, "cache-control"), "public, max-age=2");
    assert_eq!(send(Method::GET, Some("\"other\"")).await.status(), 200);
    let head = send(Method::HEAD, None).await;
    assert_eq!(
        (head.status().as_u16(), header(&head, "content-length")),
        (200, length.as_str())
    );
    assert!(head.bytes().await.expect("none").is_empty());
    let preflight = test.client.request(Method::OPTIONS, &url);
    let preflight = preflight.header(
        "access-control-request-headers",
        "if-none-match,traceparent",
    );
    let preflight = preflight.send().await.expect("an answer");
    assert_eq!(preflight.status(), 204);
    assert_eq!(
        header(&preflight, "access-control-allow-headers"),
        "if-none-match,traceparent"
    );
    assert_eq!(send(Method::POST, None).await.status(), 405);

    schedule_session(&test, "Legs").await;
    publish(&test).await;
    // The route does not cache it any longer than the store's content says.
    let changed = file(&test).await;
    assert_ne!(header(&changed, "etag"), tag);
    let schema = test
        .client
        .get(format!("{}/live/status.schema.json", test.base));
    let schema: Value = schema
        .send()
        .await
        .expect("an answer")
        .json()
        .await
        .expect("JSON");
    assert_eq!(schema["title"], "Live status");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_store_is_read_once_in_two_seconds_however_many_ask() {
    let store = CountingStore::new("reads");
    let test = TestApp::with_object_store(store.clone()).await;
    publish(&test).await;
    store.reads.store(0, SeqCst);
    let begun = Instant::now();
    // The third read is after four seconds at the earliest.
    join_all((0..64).map(async |_| {
        loop {
            stream(&test).await;
            if store.reads.load(SeqCst) >= 3 {
                break;
            }
        }
    }))
    .await;
    store.assert_read_rate_since(begun);
}

#[tokio::test]
async fn the_last_known_state_is_reported_with_its_age_while_the_store_fails() {
    let store = CountingStore::new("fails");
    let test = TestApp::with_object_store(store.clone()).await;
    store.fails.store(true, SeqCst);
    store.reads.store(0, SeqCst);
    let begun = Instant::now();
    let unknown = test.graphql("", STREAM, json!({})).await;
    assert_eq!(unknown.codes(), ["SERVICE_UNAVAILABLE"], "{unknown:#?}");
    // Failures do not cause more reads.
    for _ in 0..10 {
        let again = test.graphql("", STREAM, json!({})).await;
        assert_eq!(again.codes(), ["SERVICE_UNAVAILABLE"]);
    }
    store.assert_read_rate_since(begun);
    let refused = file(&test).await;
    assert_eq!(
        (refused.status().as_u16(), header(&refused, "retry-after")),
        (503, "2")
    );

    store.fails.store(false, SeqCst);
    schedule_session(&test, "Legs").await;
    publish(&test).await;
    outlive_cache().await;
    let known = stream(&test).await;
    assert_eq!(known["readAt"], "2026-03-18T12:00:00Z", "{known:#}");

    store.fails.store(true, SeqCst);
    test.advance(TimeDelta::minutes(10));
    outlive_cache().await;
    let stale = stream(&test).await;
    assert_eq!(stale["session"]["title"], "Legs");
    assert_eq!(stale["readAt"], "2026-03-18T12:00:00Z", "{stale:#}");

    // A request waits only briefly for a read if a state is cached, so the new state may reach only later requests.
    store.fails.store(false, SeqCst);
    for attempt in 0.. {
        outlive_cache().await;
        if stream(&test).await["readAt"] == "2026-03-18T12:10:00Z" {
            break;
        }
        assert!(attempt < 20, "it is not read again");
    }
}

#[tokio::test]
async fn time_moves_sessions_on() {
    let test = TestApp::start().await;
    let pass = async |at: &str| {
        let at: DateTime<Utc> = at.parse().expect("a moment");
        let moved = live::apply_due_changes(&test.pool, at)
            .await
            .expect("passed");
        assert_eq!(test.take_outbox_kinds().await, vec!["live.publish"; moved]);
        moved
    };
    let first = schedule_session(&test, "First").await;
    let began = fact(FactKind::Live, "2026-03-20T18:00:00Z");
    learn(
        &test,
        &first,
        &[began, fact(FactKind::Ended, "2026-03-20T18:45:00Z")],
    )
    .await;
    let second = schedule_session(&test, "Second").await;
    publish(&test).await;
    let shown = async || {
        publish(&test).await;
        let status = status(&test).await;
        (status["session"]["title"].clone(), status["state"].clone())
    };
    // The second was scheduled for the same time, and has not started.
    assert_eq!(pass("2026-03-20T18:46:00Z").await, 0);
    assert_eq!(shown().await, (json!("First"), json!("ended")));
    assert_eq!(pass("2026-03-20T19:00:00Z").await, 1);
    assert_eq!(pass("2026-03-20T19:00:00Z").await, 0);
    assert_eq!(shown().await, (json!("Second"), json!("scheduled")));
    assert_eq!(pass("2026-03-20T20:59:59Z").await, 0);
    assert_eq!(pass("2026-03-20T21:00:00Z").await, 1);
    assert_eq!(shown().await, (json!("Second"), json!("failed")));
    // It starts after all, but too late.
    learn(
        &test,
        &second,
        &[fact(FactKind::Live, "2026-03-20T21:30:00Z")],
    )
    .await;
    assert_eq!(shown().await, (json!("Second"), json!("failed")));
    assert_eq!(pass("2026-03-20T21:15:00Z").await, 1);
    assert_eq!(pass("2027-03-20T21:15:00Z").await, 0);
}
