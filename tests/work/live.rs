//! The live status file: facts in any order, the provider's API, and the messages for both.

use std::sync::Arc;

use axum::{Json, Router, extract::Path, http::HeaderMap, routing::get};
use chrono::{DateTime, TimeDelta, Utc};
use coach_domain::{
    audit,
    id::LiveSessionId,
    live::{self, Fact, FactKind, FetchVideoJob, FileState, JobUpdate, Publish},
    object::ObjectStore as _,
    outbox::{self, OutboxBatch, Payload as _},
    queue::QueueName,
    url::Url,
};
use coach_tests::Random;
use coach_workers::{
    ApiSettings,
    consumer::ConsumerOptions,
    live::{Brightcove, Live},
};
use futures_util::{StreamExt as _, stream};
use reqwest::StatusCode;
use sea_orm::{FromQueryResult, TransactionTrait as _};
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::Mutex};
use tracing::Span;
use uuid::Uuid;

use crate::fixture::{Fixture, until};

/// The number of sessions in each permutation.
const SESSIONS: u128 = 8;
const NOTIFICATIONS: usize = 1_000;
const PERMUTATIONS: u64 = 4;

fn noon() -> DateTime<Utc> {
    "2026-03-18T12:00:00Z".parse().expect("a moment")
}

fn job(session: u128) -> String {
    format!("job-{session}")
}

/// Inserts sessions that start an hour apart, with jobs.
async fn insert_sessions(fixture: &Fixture) {
    for session in 0..SESSIONS {
        let id = Uuid::from_u128(session + 1);
        fixture
            .execute(&format!(
                "INSERT INTO live_session
                     (id, title, coach, starts_at, waiting_room_opens_at, video_job_id, state, revision, updated_at)
                 VALUES ('{id}', 'Session {session}', 'Ada', timestamptz '2026-03-18T12:00:00Z' + {session} * interval '1 hour',
                         timestamptz '2026-03-18T11:45:00Z' + {session} * interval '1 hour', '{}', 'SCHEDULED', 1,
                         '2026-03-01T00:00:00Z')",
                job(session)
            ))
            .await;
    }
}

/// Records facts about a job, as the worker does.
async fn record_facts(fixture: &Fixture, job: &str, facts: &[Fact]) {
    let transaction = fixture.pool.begin().await.expect("a transaction");
    let mut outbox = OutboxBatch::new(None, fixture.clock.now());
    let update = live::record_job_facts(&transaction, &mut outbox, job, facts).await;
    assert_ne!(update.expect("recorded"), JobUpdate::NoSession);
    outbox::insert(&transaction, outbox.messages(), &Span::none())
        .await
        .expect("enqueued");
    transaction.commit().await.expect("committed");
}

/// A thousand notifications of a provider about all sessions, with contradictions and repetitions.
fn notifications(random: &mut Random) -> Vec<(u128, Vec<Fact>)> {
    let url = |random: &mut Random| {
        let number = random.below(3);
        Url::parse(&format!("https://play.example/{number}.m3u8")).expect("a URL")
    };
    let mut different = Vec::new();
    while different.len() < NOTIFICATIONS / 2 {
        let session = different.len() as u128 % SESSIONS;
        let minutes = i64::try_from(random.below(90)).expect("small");
        let at = noon() + TimeDelta::minutes(minutes);
        // The last sessions never start, or do not end.
        let kind = match (random.below(10), session) {
            (5..=6, _) | (_, 7) => FactKind::Playback(url(random)),
            (8.., ..=5) => FactKind::Ended,
            (7, ..=3) => FactKind::Failed,
            (4, _) => FactKind::Replay(url(random)),
            _ => FactKind::Live,
        };
        different.push((session, vec![Fact { kind, at }]));
    }
    let mut all = different.clone();
    while all.len() < NOTIFICATIONS {
        all.push(different[random.below(different.len())].clone());
    }
    all
}

#[derive(Debug, PartialEq, Eq, FromQueryResult)]
struct Row {
    all: String,
}

#[tokio::test(flavor = "multi_thread")]
async fn any_order_of_a_thousand_notifications_ends_in_the_same_file() {
    let notifications = notifications(&mut Random::new(20_261_124, 0));
    let mut ends = Vec::new();
    for permutation in 0..PERMUTATIONS {
        let fixture = Fixture::new().await;
        insert_sessions(&fixture).await;
        let mut notifications = notifications.clone();
        Random::new(7, permutation).shuffle(&mut notifications);
        // Sequentially, and concurrently.
        let concurrency = if permutation == 0 { 1 } else { 8 };
        stream::iter(&notifications)
            .for_each_concurrent(concurrency, async |(session, facts)| {
                record_facts(&fixture, &job(*session), facts).await;
            })
            .await;
        live::publish(&fixture.pool, &*fixture.objects)
            .await
            .expect("published");
        let file = fixture
            .objects
            .get(live::STATUS_FILE_KEY)
            .await
            .expect("read")
            .expect("a file");
        let rows: Vec<Row> = fixture
            .rows("SELECT to_jsonb(live_session)::text AS all FROM live_session ORDER BY id")
            .await;
        ends.push((String::from_utf8(file.bytes.to_vec()).expect("text"), rows));
    }
    let (file, rows) = &ends[0];
    assert!(file.contains(r#""state":"live""#), "{file}");
    let states = ["SCHEDULED", "LIVE", "ENDED", "FAILED"];
    for state in states {
        let found = rows
            .iter()
            .any(|row| row.all.contains(&format!(r#""state": "{state}""#)));
        assert!(found, "no session is {state}: {rows:#?}");
    }
    for end in &ends {
        assert_eq!(end, &ends[0]);
    }
}

#[tokio::test]
async fn each_new_fact_raises_the_version_and_none_turns_the_state_back() {
    let fixture = Fixture::new().await;
    insert_sessions(&fixture).await;
    let mut notifications = notifications(&mut Random::new(1, 2));
    Random::new(1, 3).shuffle(&mut notifications);
    let mut before = live::status(&fixture.pool).await.expect("a state");
    for (session, facts) in &notifications[..200] {
        record_facts(&fixture, &job(*session), facts).await;
        let after = live::status(&fixture.pool).await.expect("a state");
        if after == before {
            continue;
        }
        assert!(after.version > before.version, "{before:#?} {after:#?}");
        let same =
            after.session.as_ref().map(|it| &it.id) == before.session.as_ref().map(|it| &it.id);
        assert!(
            !same || after.state >= before.state,
            "{before:#?} {after:#?}"
        );
        before = after;
    }
}

/// A fake Brightcove API with one job, which tests set.
struct Provider {
    url: String,
    answer: Arc<Mutex<(StatusCode, Value)>>,
}

impl Provider {
    async fn start() -> Self {
        let answer = Arc::new(Mutex::new((StatusCode::NOT_FOUND, Value::Null)));
        let answers = answer.clone();
        let show = async move |headers: HeaderMap, Path(id): Path<String>| {
            let key = headers.get("x-api-key").and_then(|key| key.to_str().ok());
            if key != Some("the key") || id != job(0) {
                return (StatusCode::UNAUTHORIZED, Json(Value::Null));
            }
            let (status, job) = answers.lock().await.clone();
            (status, Json(json!({ "job": job })))
        };
        let routes = Router::new().route("/base/v1/jobs/{id}", get(show));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!(
            "http://{}/base/",
            listener.local_addr().expect("an address")
        );
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Self { url, answer }
    }

    async fn set_job(&self, status: StatusCode, job: Value) {
        *self.answer.lock().await = (status, job);
    }

    fn client(&self) -> Brightcove {
        let settings = ApiSettings {
            url: self.url.parse().expect("a URL"),
            api_key: "the key".to_owned(),
        };
        Brightcove::new(settings).expect("a client")
    }
}

fn worker(fixture: &Fixture, provider: Option<Brightcove>) -> Live {
    Live {
        pool: fixture.pool.clone(),
        objects: fixture.objects.clone(),
        clock: fixture.clock.clone(),
        provider,
    }
}

async fn read_file(fixture: &Fixture) -> Option<live::Status> {
    let file = fixture
        .objects
        .get(live::STATUS_FILE_KEY)
        .await
        .expect("read")?;
    Some(serde_json::from_slice(&file.bytes).expect("a status"))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_provider_is_asked_and_the_file_follows() {
    let fixture = Fixture::new().await;
    insert_sessions(&fixture).await;
    let provider = Provider::start().await;
    let options = ConsumerOptions::default();
    let live = worker(&fixture, Some(provider.client()));
    let relay = fixture.relay(QueueName::Live);
    let worker = fixture.consume(live.consumer(), options);
    let request_job = async || {
        let mut outbox = OutboxBatch::new(None, fixture.clock.now());
        outbox
            .enqueue(&FetchVideoJob { job_id: job(0) })
            .expect("JSON");
        fixture.enqueue(outbox.messages()).await;
    };
    provider
        .set_job(
            StatusCode::OK,
            json!({
                "job_state": "processing", "job_created_at": 1_773_835_000_000_i64,
                "job_streaming_started_at": 1_773_835_202_000_i64, "job_finished_at": 0,
                "job_last_state_change_at": 1_773_835_202_000_i64,
                "job_ui_playback_url": "https://playback.example/playlist.m3u8",
            }),
        )
        .await;
    request_job().await;
    until("the file says live", async || {
        let status = read_file(&fixture).await;
        status.is_some_and(|status| status.state == Some(FileState::Live))
    })
    .await;
    let status = read_file(&fixture).await.expect("a file");
    let started = status.started_at.expect("a start");
    assert_eq!(started.to_rfc3339(), "2026-03-18T12:00:02+00:00");
    let playback = status.playback_url.expect("a stream");
    assert_eq!(playback.as_str(), "https://playback.example/playlist.m3u8");

    // The API fails at first, and is called again.
    provider.set_job(StatusCode::BAD_GATEWAY, Value::Null).await;
    request_job().await;
    until("it was tried", async || {
        #[derive(FromQueryResult)]
        struct Tried {
            receives: i16,
        }
        let sql = "SELECT receives FROM queue_message WHERE receives > 0 AND visible_at > now() + interval '1 second'";
        fixture.rows::<Tried>(sql).await.iter().any(|row| row.receives == 1)
    })
    .await;
    provider
        .set_job(
            StatusCode::OK,
            json!({
                "job_state": "finished", "job_created_at": 1_773_835_000_000_i64,
                "job_streaming_started_at": 1_773_835_202_000_i64, "job_finished_at": 1_773_838_000_000_i64,
                "job_last_state_change_at": 1_773_838_000_000_i64,
                "job_ui_playback_url": "https://playback.example/playlist.m3u8",
            }),
        )
        .await;
    fixture
        .execute("UPDATE queue_message SET visible_at = now()")
        .await;
    until("the file says ended", async || {
        let status = read_file(&fixture).await;
        status.is_some_and(|status| status.state == Some(FileState::Ended))
    })
    .await;
    worker.stop().await;
    relay.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_ahead_is_left_alone_until_the_version_is_lifted() {
    let fixture = Fixture::new().await;
    insert_sessions(&fixture).await;
    live::publish(&fixture.pool, &*fixture.objects)
        .await
        .expect("published");
    // As after a restore from a backup.
    fixture
        .execute("UPDATE live_session SET revision = revision - 1, title = 'Before'")
        .await;
    let before = read_file(&fixture).await;
    let conflict = live::publish(&fixture.pool, &*fixture.objects).await;
    let conflict = conflict.expect_err("it is ahead").to_string();
    assert!(
        conflict.contains("coach live publish --raise"),
        "{conflict}"
    );
    assert_eq!(read_file(&fixture).await, before);

    let raised = live::raise_version(&fixture.pool, 8).await.expect("lifted");
    assert_eq!(raised, 9);
    assert_eq!(
        live::raise_version(&fixture.pool, 8)
            .await
            .expect("nothing to lift"),
        9
    );
    live::publish(&fixture.pool, &*fixture.objects)
        .await
        .expect("published");
    let after = read_file(&fixture).await.expect("a file");
    assert_eq!(
        (after.version, after.session.expect("one").title.as_str()),
        (9, "Before")
    );
    assert_eq!(
        live::raise_version(&fixture.pool, 20)
            .await
            .expect("lifted again"),
        21
    );
    // An invalid status file is replaced.
    let broken = fixture.objects.put(
        live::STATUS_FILE_KEY,
        b"{",
        &live::STATUS_FILE_ATTRIBUTES,
        &coach_domain::object::Condition::Always,
    );
    broken.await.expect("written");
    live::publish(&fixture.pool, &*fixture.objects)
        .await
        .expect("published");
    assert_eq!(read_file(&fixture).await.expect("a file").version, 21);
}

#[tokio::test]
async fn a_session_that_was_called_off_learns_nothing() {
    let fixture = Fixture::new().await;
    insert_sessions(&fixture).await;
    fixture
        .execute("UPDATE live_session SET cancelled_at = now()")
        .await;
    let transaction = fixture.pool.begin().await.expect("a transaction");
    let mut outbox = OutboxBatch::new(None, fixture.clock.now());
    let fact = Fact {
        kind: FactKind::Live,
        at: noon(),
    };
    let id = LiveSessionId(Uuid::from_u128(1));
    let done = live::record_manual_facts(&transaction, &mut outbox, id, &[fact]).await;
    let (session, new) = done.expect("a statement").expect("there");
    assert!(session.cancelled_at.is_some() && !new);
    transaction.commit().await.expect("committed");
    assert!(outbox.messages().is_empty());
    assert_eq!(
        live::status(&fixture.pool).await.expect("a state").session,
        None
    );
    assert!(
        audit::newest(&fixture.pool, 1)
            .await
            .expect("read")
            .is_empty()
    );
    assert_eq!(Publish::QUEUE, QueueName::Live);
}
