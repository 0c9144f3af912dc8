//! The live status file with concurrent writers.

use std::{
    path::Path,
    sync::{
        Arc, LazyLock,
        atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};

use coach_domain::{
    clock::{Clock as _, SystemClock},
    database::{self, Options, Pool},
    live::{self, Fact, FactKind, Status},
    object::ObjectStore,
    outbox::OutboxBatch,
};
use coach_tests::{Postgres, until};
use sea_orm::{ConnectionTrait as _, TransactionTrait as _};

const WRITERS: usize = 50;

static SERVER: LazyLock<Postgres> = LazyLock::new(|| {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("postgres-of-objects");
    Postgres::start(&home)
});

/// Runs fifty writers, each with a new fact, and readers that must never see an older version after a newer one.
pub(crate) async fn only_goes_forward(store: Arc<dyn ObjectStore>) {
    let pool = database::connect(&SERVER.empty().await, &Options::default()).await;
    let pool = pool.expect("a connection");
    for session in 0..5 {
        let sql = format!(
            "INSERT INTO live_session
                 (id, title, coach, starts_at, waiting_room_opens_at, video_job_id, state, revision, updated_at)
             VALUES (gen_random_uuid(), 'Session', 'Ada', now() + {session} * interval '1 hour', now(), 'job-{session}',
                     'SCHEDULED', 1, now())"
        );
        pool.execute_unprepared(&sql).await.expect("inserted");
    }
    live::publish(&pool, &*store).await.expect("published");
    let done = Arc::new(AtomicBool::new(false));
    let seen = Arc::new(AtomicUsize::new(0));
    let readers: Vec<_> = (0..4)
        .map(|_| tokio::spawn(watch(store.clone(), seen.clone(), done.clone())))
        .collect();
    until("each reader has seen the first", async || {
        seen.load(SeqCst) == 4
    })
    .await;
    let writers: Vec<_> = (0..WRITERS)
        .map(|number| tokio::spawn(write(pool.clone(), store.clone(), number)))
        .collect();
    for writer in writers {
        writer.await.expect("a writer");
    }
    done.store(true, SeqCst);
    for reader in readers {
        reader.await.expect("a reader");
    }
    // Each reader has seen the first and the last version, and maybe some between.
    let seen = seen.load(SeqCst);
    assert!(seen >= 8, "{seen}");
    println!("{seen} versions seen");
    let latest = live::status(&pool).await.expect("a state");
    assert_eq!(read(&*store).await, Some(latest));
}

/// Records a new fact, and publishes the file.
async fn write(pool: Pool, store: Arc<dyn ObjectStore>, number: usize) {
    // Writers start at different times, so that readers see some versions in between, even with a slow store.
    tokio::time::sleep(Duration::from_millis(10) * u32::try_from(number / 5).expect("few")).await;
    let now = SystemClock.now();
    let kind = match number % 10 {
        8 => FactKind::Ended,
        9 => FactKind::Failed,
        _ => FactKind::Live,
    };
    let transaction = pool.begin().await.expect("a transaction");
    let mut outbox = OutboxBatch::new(None, now);
    let job = format!("job-{}", number % 5);
    let fact = Fact { kind, at: now };
    let update = live::record_job_facts(&transaction, &mut outbox, &job, &[fact]).await;
    update.expect("recorded");
    transaction.commit().await.expect("committed");
    let version = live::status(&pool).await.expect("a state").version;
    let written = live::publish(&pool, &*store).await.expect("published");
    assert!(written.version >= version);
    let file = read(&*store).await.expect("a file");
    assert!(file.version >= version, "what was written is not there");
}

/// Reads the file until `done`, and counts the versions that it sees.
async fn watch(store: Arc<dyn ObjectStore>, seen: Arc<AtomicUsize>, done: Arc<AtomicBool>) {
    let mut latest = None::<Status>;
    loop {
        let is_last = done.load(SeqCst);
        let file = read(&*store).await.expect("a file");
        if let Some(before) = &latest {
            assert!(file.version >= before.version, "{before:#?} {file:#?}");
        }
        if latest.as_ref() != Some(&file) {
            seen.fetch_add(1, SeqCst);
        }
        latest = Some(file);
        if is_last {
            return;
        }
    }
}

async fn read(store: &dyn ObjectStore) -> Option<Status> {
    let file = store.get(live::STATUS_FILE_KEY).await.expect("read")?;
    Some(serde_json::from_slice(&file.bytes).expect("a whole file"))
}
