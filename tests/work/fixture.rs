//! An outbox, a queue and an object store for one test.

use std::{
    path::Path,
    sync::{
        Arc, LazyLock, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use chrono::{DateTime, TimeDelta, Utc};
use coach_domain::{
    clock::{Clock, SystemClock},
    database::{self, Options, Pool},
    id::{self, MemberId},
    outbox::{self, OutboxMessage},
    queue::{Depth, Envelope, Error, Outgoing, Queue, QueueName, Receipt, Received, Result},
};
pub(crate) use coach_tests::until;
use coach_tests::{Postgres, WAIT_TIMEOUT};
use coach_workers::{
    consumer::{self, ConsumerOptions},
    object::Folder,
    queue::PostgresQueue,
    relay::{DEFAULT_POLL_INTERVAL, Destination, Relay, Route},
};
use sea_orm::{ConnectionTrait as _, DbBackend, FromQueryResult, Statement};
use serde_json::Value;
use tokio::sync::OnceCell;
use tokio_util::sync::CancellationToken;
use tracing::Span;
use uuid::Uuid;

/// A timeout that is longer than anything takes on a busy machine.
pub(crate) const LONG: Duration = WAIT_TIMEOUT;

pub(crate) static SERVER: LazyLock<Postgres> = LazyLock::new(|| {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("postgres-of-work");
    Postgres::start(&home)
});

/// The systems that a test uses.
pub(crate) struct Fixture {
    pub(crate) pool: Pool,
    pub(crate) queue: Arc<FaultyQueue>,
    pub(crate) objects: Arc<Folder>,
    pub(crate) clock: Arc<dyn Clock>,
}

impl Fixture {
    /// With empty tables. The queue `partner-sync` keeps order.
    pub(crate) async fn new() -> Self {
        Self::with_database(&SERVER.empty().await).await
    }

    /// With content and the demo members, seeded as of now.
    pub(crate) async fn seeded() -> Self {
        const TEMPLATE: &str = "template_seeded";
        static SEEDED: OnceCell<()> = OnceCell::const_new();
        let seed = || {
            SERVER.template(TEMPLATE, async |pool| {
                let prepared = coach_gateway::app::prepare(pool, &SystemClock).await;
                prepared.expect("the seed goes in");
            })
        };
        SEEDED.get_or_init(seed).await;
        Self::with_database(&SERVER.copy(TEMPLATE).await).await
    }

    /// With empty tables and a clock that the test sets.
    pub(crate) async fn with_clock() -> (Self, Arc<ManualClock>) {
        let clock = Arc::new(ManualClock::default());
        let fixture = Self {
            clock: clock.clone(),
            ..Self::new().await
        };
        (fixture, clock)
    }

    async fn with_database(url: &str) -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let options = Options {
            acquire_timeout: LONG,
            ..Options::for_queues()
        };
        let pool = database::connect(url, &options)
            .await
            .expect("a connection");
        let queue = PostgresQueue::open(pool.clone(), [QueueName::PartnerSync]).await;
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = format!("objects-of-work-{}-{count}", std::process::id());
        Self {
            pool,
            queue: Arc::new(FaultyQueue::new(queue.expect("a queue"))),
            objects: Arc::new(Folder::new(
                Path::new(env!("CARGO_TARGET_TMPDIR")).join(folder),
            )),
            clock: Arc::new(SystemClock),
        }
    }

    /// Inserts messages into the outbox, as a command does.
    pub(crate) async fn enqueue(&self, messages: &[OutboxMessage]) {
        outbox::insert(&self.pool, messages, &Span::none())
            .await
            .expect("inserted");
        outbox::notify_relays();
    }

    /// Starts a relay.
    pub(crate) fn relay(&self, name: QueueName) -> BackgroundTask {
        self.relay_with_poll_interval(name, DEFAULT_POLL_INTERVAL)
    }

    /// Starts a relay with this poll interval.
    pub(crate) fn relay_with_poll_interval(
        &self,
        name: QueueName,
        poll_interval: Duration,
    ) -> BackgroundTask {
        let relay = Relay {
            pool: self.pool.clone(),
            objects: self.objects.clone(),
            clock: self.clock.clone(),
            rate: None,
            poll_interval,
        };
        let route = Route {
            name,
            destination: Some(Destination::Queue(self.queue.clone())),
            keeps_order: name == QueueName::PartnerSync,
        };
        BackgroundTask::start(|stop| relay.run(vec![route], stop))
    }

    pub(crate) fn consume(
        &self,
        consumer: impl coach_workers::consumer::Consumer,
        options: ConsumerOptions,
    ) -> BackgroundTask {
        let pool = consumer::ConsumerPool {
            queue: self.queue.clone(),
            objects: self.objects.clone(),
        };
        BackgroundTask::start(|stop| pool.run(Arc::new(consumer), options, stop))
    }

    pub(crate) async fn unsent(&self) -> i64 {
        outbox::status(&self.pool).await.expect("counted").unsent
    }

    /// All envelopes in the queue, in the order in which they were sent.
    pub(crate) async fn queued(&self, queue: QueueName) -> Vec<Envelope> {
        let sql = "SELECT body FROM queue_message WHERE queue = $1 ORDER BY id";
        let statement =
            Statement::from_sql_and_values(DbBackend::Postgres, sql, [queue.as_str().into()]);
        let rows = self.pool.query_all_raw(statement).await.expect("read");
        let bodies = rows
            .iter()
            .map(|row| row.try_get_by_index::<String>(0).expect("a body"));
        bodies
            .map(|body| serde_json::from_str(&body).expect("an envelope"))
            .collect()
    }

    pub(crate) async fn execute(&self, sql: &str) {
        self.pool.execute_unprepared(sql).await.expect(sql);
    }

    /// The column `count` of a statement's only row.
    pub(crate) async fn count(&self, sql: &str) -> i64 {
        #[derive(FromQueryResult)]
        struct Count {
            count: i64,
        }
        self.rows::<Count>(sql).await[0].count
    }

    pub(crate) async fn rows<R: FromQueryResult>(&self, sql: &str) -> Vec<R> {
        let statement = Statement::from_string(DbBackend::Postgres, sql.to_owned());
        R::find_by_statement(statement)
            .all(&self.pool)
            .await
            .expect(sql)
    }
}

/// A clock that only the test advances.
pub(crate) struct ManualClock {
    now: Mutex<DateTime<Utc>>,
    reads: AtomicUsize,
}

impl Default for ManualClock {
    fn default() -> Self {
        Self {
            now: Mutex::new(SystemClock.now()),
            reads: AtomicUsize::new(0),
        }
    }
}

impl ManualClock {
    pub(crate) fn advance(&self, by: TimeDelta) {
        *self.now.lock().expect("now") += by;
    }

    /// How often the time was read.
    pub(crate) fn reads(&self) -> usize {
        self.reads.load(Ordering::SeqCst)
    }
}

impl Clock for ManualClock {
    fn now(&self) -> DateTime<Utc> {
        self.reads.fetch_add(1, Ordering::SeqCst);
        *self.now.lock().expect("now")
    }
}

/// A task that runs in the background.
pub(crate) struct BackgroundTask {
    stop: CancellationToken,
    task: tokio::task::JoinHandle<()>,
}

impl BackgroundTask {
    pub(crate) fn start<F: Future<Output = ()> + Send + 'static>(
        run: impl FnOnce(CancellationToken) -> F,
    ) -> Self {
        let stop = CancellationToken::new();
        let task = tokio::spawn(run(stop.clone()));
        Self { stop, task }
    }

    /// Stops it, and waits until it has ended.
    pub(crate) async fn stop(self) {
        self.stop.cancel();
        self.task.await.expect("it does not panic");
    }
}

/// A message for a queue.
pub(crate) fn outbox_message(
    queue: QueueName,
    member: Option<MemberId>,
    payload: Value,
) -> OutboxMessage {
    let now = SystemClock.now();
    OutboxMessage {
        id: id::new_v7(now),
        queue,
        kind: "test.thing",
        version: 1,
        occurred_at: now,
        member,
        payload,
    }
}

/// The real queue, with failures on demand.
pub(crate) struct FaultyQueue {
    queue: PostgresQueue,
    /// All calls fail.
    pub(crate) down: AtomicBool,
    /// Sends succeed, but their responses are lost.
    pub(crate) loses_responses: AtomicBool,
    /// Messages with this text in the body are rejected.
    pub(crate) rejected_text: Mutex<Option<&'static str>>,
    /// The number of messages in each send.
    pub(crate) batch_sizes: Mutex<Vec<usize>>,
    /// The number of calls that failed because of `down`.
    pub(crate) failed_calls: AtomicUsize,
    /// The times of extensions.
    pub(crate) extensions: Mutex<Vec<Instant>>,
}

impl FaultyQueue {
    fn new(queue: PostgresQueue) -> Self {
        Self {
            queue,
            down: AtomicBool::new(false),
            loses_responses: AtomicBool::new(false),
            rejected_text: Mutex::default(),
            batch_sizes: Mutex::default(),
            failed_calls: AtomicUsize::new(0),
            extensions: Mutex::default(),
        }
    }

    fn check(&self) -> Result<()> {
        if self.down.load(Ordering::SeqCst) {
            self.failed_calls.fetch_add(1, Ordering::SeqCst);
            Err(Error::Unavailable("planted".to_owned()))
        } else {
            Ok(())
        }
    }
}

#[async_trait::async_trait]
impl Queue for FaultyQueue {
    fn system(&self) -> &'static str {
        self.queue.system()
    }

    async fn send(&self, queue: QueueName, messages: &[Outgoing]) -> Result<Vec<Result<()>>> {
        self.check()?;
        self.batch_sizes
            .lock()
            .expect("not poisoned")
            .push(messages.len());
        let rejected = *self.rejected_text.lock().expect("not poisoned");
        let is_rejected =
            |message: &Outgoing| rejected.is_some_and(|text| message.body.contains(text));
        let good: Vec<_> = messages
            .iter()
            .filter(|it| !is_rejected(it))
            .cloned()
            .collect();
        let mut results = self.queue.send(queue, &good).await?.into_iter();
        if self.loses_responses.load(Ordering::SeqCst) {
            return Err(Error::Unavailable("the answer is lost".to_owned()));
        }
        let all = messages.iter().map(|message| {
            if is_rejected(message) {
                Err(Error::Unavailable("planted for this one".to_owned()))
            } else {
                results.next().expect("a result for each")
            }
        });
        Ok(all.collect())
    }

    async fn receive(
        &self,
        queue: QueueName,
        max: usize,
        wait: Duration,
        visibility: Duration,
    ) -> Result<Vec<Received>> {
        self.check()?;
        self.queue.receive(queue, max, wait, visibility).await
    }

    async fn extend(
        &self,
        queue: QueueName,
        receipt: &Receipt,
        visibility: Duration,
    ) -> Result<()> {
        self.check()?;
        self.extensions
            .lock()
            .expect("extensions")
            .push(Instant::now());
        self.queue.extend(queue, receipt, visibility).await
    }

    async fn delete(&self, queue: QueueName, receipts: &[Receipt]) -> Result<Vec<Result<()>>> {
        self.check()?;
        self.queue.delete(queue, receipts).await
    }

    async fn move_to_dead_letters(
        &self,
        queue: QueueName,
        receipt: &Receipt,
        message: &Outgoing,
    ) -> Result<()> {
        self.check()?;
        self.queue
            .move_to_dead_letters(queue, receipt, message)
            .await
    }

    async fn depth(&self, queue: QueueName) -> Result<Depth> {
        self.queue.depth(queue).await
    }
}

/// The ids of outbox messages, sorted.
pub(crate) fn ids<'a>(messages: impl IntoIterator<Item = &'a OutboxMessage>) -> Vec<Uuid> {
    let mut ids: Vec<_> = messages.into_iter().map(|message| message.id).collect();
    ids.sort_unstable();
    ids
}

/// The ids of envelopes, sorted.
pub(crate) fn envelope_ids(envelopes: &[Envelope]) -> Vec<Uuid> {
    let mut ids: Vec<_> = envelopes.iter().map(|envelope| envelope.id).collect();
    ids.sort_unstable();
    ids
}

/// The current time.
pub(crate) fn now() -> DateTime<Utc> {
    SystemClock.now()
}
