//! The message pipeline under measurement: outbox, relay, queue on Postgres and consumer, as in production. The
//! consumer only inserts a row into the inbox and reports the delay since the message was created, including its commit.

use std::{path::Path, sync::Arc, time::Duration};

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use coach_domain::{
    clock::{Clock as _, SystemClock},
    database::{self, Options, Pool},
    id, inbox,
    outbox::{self, OutboxMessage},
    queue::QueueName,
};
use coach_workers::{
    consumer::{self, Ack, Consumer, ConsumerOptions, ReceivedMessage},
    object::Folder,
    queue::PostgresQueue,
    relay::{DEFAULT_POLL_INTERVAL, Destination, Relay, Route},
};
use sea_orm::{ConnectionTrait as _, TransactionTrait as _};
use serde_json::json;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tracing::Span;

use crate::cli::WorkOptions;

/// The queue of the measured messages.
pub(crate) const QUEUE: QueueName = QueueName::Webhooks;

/// Opens a pool with the settings of workers.
pub(crate) async fn connect(url: &str) -> anyhow::Result<Pool> {
    let options = Options {
        max_connections: 10,
        acquire_timeout: Duration::from_secs(30),
        statement_timeout: Duration::from_mins(1),
        ..Options::for_queues()
    };
    Ok(database::connect(url, &options).await?)
}

/// Commits messages to the outbox, with the current time as `occurred_at`.
pub(crate) async fn enqueue(pool: &Pool, count: usize) -> anyhow::Result<()> {
    let now = SystemClock.now();
    let messages: Vec<_> = (0..count)
        .map(|_| OutboxMessage {
            id: id::new_v7(now),
            queue: QUEUE,
            kind: "bench.message",
            version: 1,
            occurred_at: now,
            member: None,
            payload: json!({ "text": "x".repeat(200) }),
        })
        .collect();
    let transaction = pool.begin().await?;
    outbox::insert(&transaction, &messages, &Span::none(), now).await?;
    transaction.commit().await?;
    outbox::notify_relays();
    Ok(())
}

/// Empties the tables of the pipeline.
pub(crate) async fn clear(pool: &Pool) -> anyhow::Result<()> {
    pool.execute_unprepared("TRUNCATE outbox, queue_message, inbox, queue_sent")
        .await?;
    inbox::rotate_partitions(pool, SystemClock.now()).await?;
    Ok(())
}

/// Runs relay and consumer until `stop` is cancelled, and sends the delay of each message. Delays include the commit.
pub(crate) async fn run(
    pool: Pool,
    home: &Path,
    delays: mpsc::UnboundedSender<Duration>,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let queue = Arc::new(PostgresQueue::open(pool.clone(), []).await?);
    let objects = Arc::new(Folder::new(home.join("objects")));
    let relay = Relay {
        pool: pool.clone(),
        objects: objects.clone(),
        clock: Arc::new(SystemClock),
        rate: None,
        poll_interval: DEFAULT_POLL_INTERVAL,
    };
    let route = Route {
        name: QUEUE,
        destination: Some(Destination::Queue(queue.clone())),
        keeps_order: false,
    };
    let consumers = consumer::ConsumerPool { queue, objects };
    let consumer = Arc::new(DelayRecorder { pool, delays });
    tokio::join!(
        relay.run(vec![route], stop.clone()),
        consumers.run(consumer, ConsumerOptions::default(), stop)
    );
    Ok(())
}

struct DelayRecorder {
    pool: Pool,
    delays: mpsc::UnboundedSender<Duration>,
}

#[async_trait::async_trait]
impl Consumer for DelayRecorder {
    fn queue(&self) -> QueueName {
        QUEUE
    }

    async fn consume(&self, message: &ReceivedMessage) -> Ack {
        let delay = since(message.envelope.occurred_at);
        match inbox::insert(&self.pool, "bench", message.envelope.id).await {
            Ok(true) => {
                // The receiver may be gone already.
                let _ = self.delays.send(delay);
                Ack::Done
            }
            Ok(false) => Ack::Done,
            Err(error) => Ack::retry(error),
        }
    }
}

fn since(then: DateTime<Utc>) -> Duration {
    (SystemClock.now() - then).to_std().unwrap_or_default()
}

/// Runs the pipeline as a separate process, and prints the delay of each message in microseconds.
pub(crate) async fn run_process(options: &WorkOptions) -> anyhow::Result<()> {
    let pool = connect(&options.database_url).await?;
    let (sender, mut delays) = mpsc::unbounded_channel();
    let stop = CancellationToken::new();
    let home = std::env::temp_dir();
    let running = tokio::spawn({
        let (pool, stop) = (pool.clone(), stop.clone());
        async move { run(pool, &home, sender, stop).await }
    });
    for _ in 0..options.messages {
        let delay = delays.recv().await.context("the worker has stopped")?;
        println!("{}", delay.as_micros());
    }
    stop.cancel();
    running.await??;
    pool.close().await;
    Ok(())
}
