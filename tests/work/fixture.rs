//! An outbox, a queue and a store for one test.

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
    database::Pool,
    database::{self, Options},
    id::{self, MemberId},
    outbox::{self, Effect},
    queue::{Depth, Envelope, Error, Outgoing, Queue, QueueName, Receipt, Received, Result},
};
pub(crate) use coach_tests::until;
use coach_tests::{PATIENCE, Postgres};
use coach_workers::{
    consumer::{self, Consuming},
    object::Folder,
    queue::PostgresQueue,
    relay::{LOOKS_EVERY, Outlet, Relay, Route},
};
use sea_orm::{ConnectionTrait as _, DbBackend, FromQueryResult, Statement};
use serde_json::Value;
use tokio::sync::OnceCell;
use tokio_util::sync::CancellationToken;
use tracing::Span;
use uuid::Uuid;

/// Longer than anything here takes on a busy machine.
pub(crate) const LONG: Duration = PATIENCE;

pub(crate) static SERVER: LazyLock<Postgres> = LazyLock::new(|| {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("postgres-of-work");
    Postgres::start(&home)
});

/// What a test works on.
pub(crate) struct Fixture {
    pub(crate) pool: Pool,
    pub(crate) queue: Arc<Faulty>,
    pub(crate) objects: Arc<Folder>,
    pub(crate) clock: Arc<dyn Clock>,
}

impl Fixture {
    /// With tables and nothing in them; `partner-sync` keeps its order.
    pub(crate) async fn new() -> Self {
        Self::on(&SERVER.empty().await).await
    }

    /// With content and the demo members, as of now.
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
        Self::on(&SERVER.copy(TEMPLATE).await).await
    }

    /// The same with a clock that moves when it is told to.
    pub(crate) async fn with_clock() -> (Self, Arc<SetClock>) {
        let clock = Arc::new(SetClock::default());
        let fixture = Self {
            clock: clock.clone(),
            ..Self::new().await
        };
        (fixture, clock)
    }

    async fn on(url: &str) -> Self {
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
            queue: Arc::new(Faulty::new(queue.expect("a queue"))),
            objects: Arc::new(Folder::new(
                Path::new(env!("CARGO_TARGET_TMPDIR")).join(folder),
            )),
            clock: Arc::new(SystemClock),
        }
    }

    /// Commits effects, as a command does.
    pub(crate) async fn owe(&self, effects: &[Effect]) {
        let now = self.clock.now();
        outbox::insert(&self.pool, effects, &Span::none(), now)
            .await
            .expect("inserted");
        outbox::announce();
    }

    /// Starts a relay; it stops when it is told to.
    pub(crate) fn relay(&self, name: QueueName) -> Running {
        self.relay_looking(name, LOOKS_EVERY)
    }

    /// Starts one that looks so often by itself.
    pub(crate) fn relay_looking(&self, name: QueueName, looks_every: Duration) -> Running {
        let relay = Relay {
            pool: self.pool.clone(),
            objects: self.objects.clone(),
            clock: self.clock.clone(),
            rate: None,
            looks_every,
        };
        let route = Route {
            name,
            outlet: Some(Outlet::Queue(self.queue.clone())),
            keeps_order: name == QueueName::PartnerSync,
        };
        Running::start(|stop| relay.run(vec![route], stop))
    }

    pub(crate) fn consume(
        &self,
        consumer: impl coach_workers::consumer::Consumer,
        consuming: Consuming,
    ) -> Running {
        let pool = consumer::Pool {
            queue: self.queue.clone(),
            objects: self.objects.clone(),
        };
        Running::start(|stop| pool.run(Arc::new(consumer), consuming, stop))
    }

    pub(crate) async fn unsent(&self) -> i64 {
        outbox::status(&self.pool).await.expect("counted").unsent
    }

    /// All envelopes that the queue has, in the order of their sending.
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

    /// What a statement counts, under that name.
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

/// A clock that stands still, and is moved.
pub(crate) struct SetClock {
    now: Mutex<DateTime<Utc>>,
    asked: AtomicUsize,
}

impl Default for SetClock {
    fn default() -> Self {
        Self {
            now: Mutex::new(SystemClock.now()),
            asked: AtomicUsize::new(0),
        }
    }
}

impl SetClock {
    pub(crate) fn advance(&self, by: TimeDelta) {
        *self.now.lock().expect("now") += by;
    }

    /// How often it was looked at.
    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

impl Clock for SetClock {
    fn now(&self) -> DateTime<Utc> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        *self.now.lock().expect("now")
    }
}

/// Something that runs beside the test.
pub(crate) struct Running {
    stop: CancellationToken,
    task: tokio::task::JoinHandle<()>,
}

impl Running {
    pub(crate) fn start<F: Future<Output = ()> + Send + 'static>(
        run: impl FnOnce(CancellationToken) -> F,
    ) -> Self {
        let stop = CancellationToken::new();
        let task = tokio::spawn(run(stop.clone()));
        Self { stop, task }
    }

    /// Asks it to stop, and waits until it has.
    pub(crate) async fn stop(self) {
        self.stop.cancel();
        self.task.await.expect("it does not panic");
    }
}

/// Something to be done, of a member's.
pub(crate) fn effect(queue: QueueName, member: Option<MemberId>, payload: Value) -> Effect {
    let now = SystemClock.now();
    Effect {
        id: id::at(now),
        queue,
        kind: "test.thing",
        version: 1,
        occurred_at: now,
        member,
        payload,
    }
}

/// The real queue, with faults on demand.
pub(crate) struct Faulty {
    queue: PostgresQueue,
    /// Nothing reaches it.
    pub(crate) down: AtomicBool,
    /// It takes a batch, and its answer is lost.
    pub(crate) deaf: AtomicBool,
    /// Bodies with this text are not taken.
    pub(crate) refuses: Mutex<Option<&'static str>>,
    /// How many messages each send brought.
    pub(crate) sends: Mutex<Vec<usize>>,
    /// How often it was asked for anything while nothing reached it.
    pub(crate) in_vain: AtomicUsize,
    /// When messages were kept hidden.
    pub(crate) extensions: Mutex<Vec<Instant>>,
}

impl Faulty {
    fn new(queue: PostgresQueue) -> Self {
        Self {
            queue,
            down: AtomicBool::new(false),
            deaf: AtomicBool::new(false),
            refuses: Mutex::default(),
            sends: Mutex::default(),
            in_vain: AtomicUsize::new(0),
            extensions: Mutex::default(),
        }
    }

    fn check(&self) -> Result<()> {
        if self.down.load(Ordering::SeqCst) {
            self.in_vain.fetch_add(1, Ordering::SeqCst);
            Err(Error::Unavailable("planted".to_owned()))
        } else {
            Ok(())
        }
    }
}

#[async_trait::async_trait]
impl Queue for Faulty {
    async fn send(&self, queue: QueueName, messages: &[Outgoing]) -> Result<Vec<Result<()>>> {
        self.check()?;
        self.sends.lock().expect("sends").push(messages.len());
        let refused = *self.refuses.lock().expect("refuses");
        let is_refused =
            |message: &Outgoing| refused.is_some_and(|text| message.body.contains(text));
        let good: Vec<_> = messages
            .iter()
            .filter(|it| !is_refused(it))
            .cloned()
            .collect();
        let mut results = self.queue.send(queue, &good).await?.into_iter();
        if self.deaf.load(Ordering::SeqCst) {
            return Err(Error::Unavailable("the answer is lost".to_owned()));
        }
        let all = messages.iter().map(|message| {
            if is_refused(message) {
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
        most: usize,
        wait: Duration,
        visibility: Duration,
    ) -> Result<Vec<Received>> {
        self.check()?;
        self.queue.receive(queue, most, wait, visibility).await
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

    async fn bury(&self, queue: QueueName, receipt: &Receipt, message: &Outgoing) -> Result<()> {
        self.check()?;
        self.queue.bury(queue, receipt, message).await
    }

    async fn depth(&self, queue: QueueName) -> Result<Depth> {
        self.queue.depth(queue).await
    }
}

/// The ids of effects, sorted.
pub(crate) fn ids<'a>(effects: impl IntoIterator<Item = &'a Effect>) -> Vec<Uuid> {
    let mut ids: Vec<_> = effects.into_iter().map(|effect| effect.id).collect();
    ids.sort_unstable();
    ids
}

/// Those of envelopes, sorted.
pub(crate) fn envelope_ids(envelopes: &[Envelope]) -> Vec<Uuid> {
    let mut ids: Vec<_> = envelopes.iter().map(|envelope| envelope.id).collect();
    ids.sort_unstable();
    ids
}

/// So that tests need not name it.
pub(crate) fn now() -> DateTime<Utc> {
    SystemClock.now()
}
