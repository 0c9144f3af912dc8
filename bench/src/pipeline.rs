//! The message pipeline under measurement: outbox, relay, queue on Postgres and consumer, as in production. The
//! consumer only inserts a row into the inbox and reports the delay since the message was created, including its commit.

use std::{path::Path, sync::Arc, time::Duration};

use anyhow::Context as _;
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

use crate::{cli::WorkOptions, format::count, log_progress};

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
pub(crate) async fn enqueue(pool: &Pool, messages: usize) -> anyhow::Result<()> {
    let now = SystemClock.now();
    let messages: Vec<_> = (0..messages)
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
    outbox::insert(&transaction, &messages, &Span::none()).await?;
    transaction.commit().await?;
    outbox::notify_relays();
    Ok(())
}

/// Empties the tables of the pipeline.
pub(crate) async fn truncate_tables(pool: &Pool) -> anyhow::Result<()> {
    pool.execute_unprepared("TRUNCATE outbox, queue_message, inbox, queue_sent")
        .await?;
    inbox::rotate_partitions(pool, SystemClock.now()).await?;
    Ok(())
}

/// Empties the tables of the pipeline, and enqueues this number of messages, rounded down to thousands.
pub(crate) async fn enqueue_backlog(pool: &Pool, messages: u32) -> anyhow::Result<()> {
    log_progress(&format!("a backlog of {} messages", count(messages.into())));
    truncate_tables(pool).await?;
    for _ in 0..messages / 1_000 {
        enqueue(pool, 1_000).await?;
    }
    Ok(())
}

/// Runs relay and consumer until this number of messages was consumed, and reports the delay of each. Delays include
/// the commit.
pub(crate) async fn run(
    pool: Pool,
    home: &Path,
    messages: u64,
    mut report: impl FnMut(Duration),
) -> anyhow::Result<()> {
    let (sender, mut delays) = mpsc::unbounded_channel();
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
    let consumer = Arc::new(DelayRecorder {
        pool,
        delays: sender,
    });
    let stop = CancellationToken::new();
    let relay = tokio::spawn(relay.run(vec![route], stop.clone()));
    let consumers = tokio::spawn(consumers.run(consumer, ConsumerOptions::default(), stop.clone()));
    // Also stops them if this function fails.
    let stop = stop.drop_guard();
    for _ in 0..messages {
        report(delays.recv().await.context("the worker has stopped")?);
    }
    drop(stop);
    tokio::try_join!(relay, consumers)?;
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
        let delay = SystemClock.now() - message.envelope.occurred_at;
        match inbox::insert(&self.pool, "bench", message.envelope.id).await {
            Ok(true) => {
                // The receiver may be gone already.
                let _ = self.delays.send(delay.to_std().unwrap_or_default());
                Ack::Done
            }
            Ok(false) => Ack::Done,
            Err(error) => Ack::retry(error),
        }
    }
}

/// Runs the pipeline as a separate process, and prints the delay of each message in microseconds.
pub(crate) async fn run_process(options: &WorkOptions) -> anyhow::Result<()> {
    let pool = connect(&options.database_url).await?;
    let home = std::env::temp_dir();
    run(pool.clone(), &home, options.messages, |delay| {
        println!("{}", delay.as_micros());
    })
    .await?;
    pool.close().await;
    Ok(())
}
