//! Messages that tell when they were committed, and a worker that tells how long they took: the relay, the queue on
//! Postgres and the consumers as they ship, with an effect that is nothing but the row of the inbox.

use std::{path::Path, sync::Arc, time::Duration};

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use coach_domain::{
    clock::{Clock as _, SystemClock},
    database::Pool,
    database::{self, Options},
    id, inbox,
    outbox::{self, Effect},
    queue::QueueName,
};
use coach_workers::{
    consumer::{self, Consumer, Consuming, Delivery, Verdict},
    object::Folder,
    queue::PostgresQueue,
    relay::{LOOKS_EVERY, Outlet, Relay, Route},
};
use sea_orm::{ConnectionTrait as _, TransactionTrait as _};
use serde_json::json;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tracing::Span;

use crate::cli::WorkOptions;

/// The queue that they go through.
pub(crate) const QUEUE: QueueName = QueueName::Webhooks;

/// A pool as workers have one.
pub(crate) async fn connect(url: &str) -> anyhow::Result<Pool> {
    let options = Options {
        max_connections: 10,
        acquire_timeout: Duration::from_secs(30),
        statement_timeout: Duration::from_mins(1),
        ..Options::for_queues()
    };
    Ok(database::connect(url, &options).await?)
}

/// Commits messages, each of which knows when.
pub(crate) async fn owe(pool: &Pool, count: usize) -> anyhow::Result<()> {
    let now = SystemClock.now();
    let effects: Vec<_> = (0..count)
        .map(|_| Effect {
            id: id::at(now),
            queue: QUEUE,
            kind: "bench.message",
            version: 1,
            occurred_at: now,
            member: None,
            payload: json!({ "text": "x".repeat(200) }),
        })
        .collect();
    let transaction = pool.begin().await?;
    outbox::insert(&transaction, &effects, &Span::none(), now).await?;
    transaction.commit().await?;
    outbox::announce();
    Ok(())
}

/// Empties everything that messages go through.
pub(crate) async fn clear(pool: &Pool) -> anyhow::Result<()> {
    pool.execute_unprepared("TRUNCATE outbox, queue_message, inbox, queue_sent")
        .await?;
    inbox::turn_over(pool, SystemClock.now()).await?;
    Ok(())
}

/// Works until told to stop; tells how long each message took since it was committed, which includes the commit.
pub(crate) async fn work(
    pool: Pool,
    home: &Path,
    took: mpsc::UnboundedSender<Duration>,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let queue = Arc::new(PostgresQueue::open(pool.clone(), []).await?);
    let objects = Arc::new(Folder::new(home.join("objects")));
    let relay = Relay {
        pool: pool.clone(),
        objects: objects.clone(),
        clock: Arc::new(SystemClock),
        rate: None,
        looks_every: LOOKS_EVERY,
    };
    let route = Route {
        name: QUEUE,
        outlet: Some(Outlet::Queue(queue.clone())),
        keeps_order: false,
    };
    let consumers = consumer::Pool { queue, objects };
    let consumer = Arc::new(Noting { pool, took });
    tokio::join!(
        relay.run(vec![route], stop.clone()),
        consumers.run(consumer, Consuming::default(), stop)
    );
    Ok(())
}

struct Noting {
    pool: Pool,
    took: mpsc::UnboundedSender<Duration>,
}

#[async_trait::async_trait]
impl Consumer for Noting {
    fn queue(&self) -> QueueName {
        QUEUE
    }

    async fn consume(&self, delivery: &Delivery) -> Verdict {
        let took = since(delivery.envelope.occurred_at);
        match inbox::enter(&self.pool, "bench", delivery.envelope.id).await {
            Ok(true) => {
                // Whoever listens may have had enough.
                let _ = self.took.send(took);
                Verdict::Done
            }
            Ok(false) => Verdict::Done,
            Err(error) => Verdict::retry(error),
        }
    }
}

fn since(then: DateTime<Utc>) -> Duration {
    (SystemClock.now() - then).to_std().unwrap_or_default()
}

/// As a process of its own: prints the microseconds of each message.
pub(crate) async fn serve(options: &WorkOptions) -> anyhow::Result<()> {
    let pool = connect(&options.database_url).await?;
    let (took, mut told) = mpsc::unbounded_channel();
    let stop = CancellationToken::new();
    let home = std::env::temp_dir();
    let working = tokio::spawn({
        let (pool, stop) = (pool.clone(), stop.clone());
        async move { work(pool, &home, took, stop).await }
    });
    for _ in 0..options.messages {
        let took = told.recv().await.context("the worker has stopped")?;
        println!("{}", took.as_micros());
    }
    stop.cancel();
    working.await??;
    pool.close().await;
    Ok(())
}
