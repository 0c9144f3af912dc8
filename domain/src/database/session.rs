//! The database as one request uses it: the pool, with its statements counted and traced.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use sea_orm::{
    AccessMode, DbErr, IsolationLevel, Statement, TransactionError, TransactionOptions,
    TransactionSession, TransactionTrait,
};
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::Instant,
};
use tracing::Span;

use super::{
    fetch::RowSet,
    joint::Waiting,
    lease::{Call, Fetched, Rows, Run},
    pool::Pool,
    statements::impl_connection_trait,
    telemetry,
    timeline::{RunningStatement, Timeline},
    transaction::{self, Boxed, PoolTransaction},
};

/// How many statements of one request run concurrently, so that it does not take the whole pool. The others wait here,
/// where no timeout of the pool applies.
const MAX_CONCURRENT_STATEMENTS: usize = 4;

#[derive(Debug)]
struct StatementTracker {
    /// The span of the request, the parent of its statements.
    span: Span,
    count: AtomicUsize,
    /// The SQL of the statements, for tests.
    recorded: Option<Mutex<Vec<String>>>,
    /// The request's timeline.
    timeline: Option<Arc<Timeline>>,
    permits: Semaphore,
    waiting: Waiting,
}

impl StatementTracker {
    fn new(span: Span) -> Self {
        Self {
            span,
            count: AtomicUsize::new(0),
            recorded: None,
            timeline: None,
            permits: Semaphore::new(MAX_CONCURRENT_STATEMENTS),
            waiting: Waiting::default(),
        }
    }

    /// Counts a statement, waits for a permit, and runs it.
    async fn run(&self, inner: &impl Run, call: &Call<'_>) -> Result<Fetched, DbErr> {
        let began_at = Instant::now();
        let _permit = self.start(call.sql).await;
        call.add_wait(began_at.elapsed());
        telemetry::observe(call.sql, &self.span, inner.run(call)).await
    }

    /// Runs a statement that is on the timeline.
    async fn run_timed(
        &self,
        inner: &impl Run,
        running: &RunningStatement<'_>,
        rows: Rows,
    ) -> Result<Fetched, DbErr> {
        let call = Call {
            wait: Some(&running.wait),
            ..Call::with_values(&running.sql, running.values.as_ref(), rows)
        };
        self.run(inner, &call).await
    }

    async fn start(&self, sql: &str) -> Option<SemaphorePermit<'_>> {
        self.count.fetch_add(1, Relaxed);
        if let Some(texts) = &self.recorded {
            let mut texts = texts.lock().unwrap_or_else(PoisonError::into_inner);
            texts.push(sql.to_owned());
        }
        // The semaphore is never closed.
        self.permits.acquire().await.ok()
    }

    /// Runs transaction control, which is on the timeline and not counted.
    async fn control<T>(
        &self,
        sql: &'static str,
        run: impl Future<Output = Result<T, DbErr>>,
        waited: impl FnOnce(&T) -> Duration,
    ) -> Result<T, DbErr> {
        let timeline = self.timeline.as_deref();
        let mut running = Timeline::begin_control(timeline, sql);
        let result = run.await;
        match &result {
            Ok(done) => running.wait.add(waited(done)),
            Err(DbErr::ConnectionAcquire(_)) => running.wait_until_now(),
            Err(_) => {}
        }
        running.end_control(&result);
        result
    }
}

/// A connection, or a transaction on it, that counts its statements. BEGIN, COMMIT and ROLLBACK are not counted; the
/// statements of a transaction are.
#[derive(Clone, Debug)]
pub struct Counted<C> {
    inner: C,
    tracker: Arc<StatementTracker>,
}

/// The pool as one request uses it. Clones share their count.
pub type Session = Counted<Pool>;

/// A transaction of a [`Session`], which shares its count.
pub type Transaction = Counted<PoolTransaction>;

impl Session {
    /// A session whose statements are children of `span`.
    pub fn new(database: Pool, span: Span) -> Self {
        let tracker = Arc::new(StatementTracker::new(span));
        Self {
            inner: database,
            tracker,
        }
    }

    /// A session that also records the SQL of each statement, for tests.
    pub fn recording(database: Pool, span: Span) -> Self {
        let tracker = Arc::new(StatementTracker {
            recorded: Some(Mutex::default()),
            ..StatementTracker::new(span)
        });
        Self {
            inner: database,
            tracker,
        }
    }

    /// Runs a read, and gives its statement back if it fails.
    pub(super) async fn read(&self, statement: &mut Statement) -> Result<Fetched, DbErr> {
        let taken = std::mem::replace(statement, super::statement("", []));
        let mut running = self.begin_statement(taken);
        let result = self
            .tracker
            .run_timed(&self.inner, &running, Rows::All)
            .await;
        if result.is_err() {
            let values = running.values.clone().map_or_else(Vec::new, |it| it.0);
            *statement = super::statement(&*running.sql, values);
        }
        running.end(&result);
        result
    }

    /// The same session, whose statements are also on this timeline. To be called before it is cloned.
    #[must_use]
    pub fn with_timeline(mut self, timeline: Arc<Timeline>) -> Self {
        if let Some(tracker) = Arc::get_mut(&mut self.tracker) {
            tracker.timeline = Some(timeline);
        }
        self
    }

    /// The timeline that the statements are on.
    pub fn timeline(&self) -> Option<&Timeline> {
        self.tracker.timeline.as_deref()
    }

    /// The pool itself, for statements that do not belong to this request.
    pub fn pool(&self) -> &Pool {
        &self.inner
    }

    /// Runs a read together with those that the request starts at the same time.
    pub(super) async fn join(&self, statement: Statement) -> Result<RowSet, DbErr> {
        self.tracker.waiting.join(self, statement).await
    }

    /// The number of statements so far.
    pub fn statements(&self) -> usize {
        self.tracker.count.load(Relaxed)
    }

    /// The SQL of the statements in the order in which they were sent; empty unless the session is
    /// [`Session::recording`].
    pub fn recorded(&self) -> Vec<String> {
        let Some(texts) = &self.tracker.recorded else {
            return Vec::new();
        };
        let texts = texts.lock().unwrap_or_else(PoisonError::into_inner);
        texts.clone()
    }
}

impl<C> Counted<C> {
    /// The span of the request, the parent of its statements.
    pub fn span(&self) -> &Span {
        &self.tracker.span
    }

    /// Begins a transaction that shares the count.
    async fn track(
        &self,
        begin: impl Future<Output = Result<PoolTransaction, DbErr>>,
    ) -> Result<Transaction, DbErr> {
        let begun = (self.tracker).control("BEGIN", begin, PoolTransaction::waited);
        let inner = begun.await?;
        let tracker = Arc::clone(&self.tracker);
        Ok(Counted { inner, tracker })
    }

    fn begin_statement(&self, statement: Statement) -> RunningStatement<'_> {
        Timeline::begin(self.tracker.timeline.as_deref(), statement)
    }
}

impl<C: Run> Run for Counted<C> {
    async fn run(&self, call: &Call<'_>) -> Result<Fetched, DbErr> {
        let statement = super::statement(call.sql, []);
        let mut running = self.begin_statement(statement);
        let call = Call {
            wait: Some(&running.wait),
            ..*call
        };
        let result = self.tracker.run(&self.inner, &call).await;
        running.end(&result);
        result
    }

    async fn run_statement(&self, statement: Statement, rows: Rows) -> Result<Fetched, DbErr> {
        let mut running = self.begin_statement(statement);
        let result = self.tracker.run_timed(&self.inner, &running, rows).await;
        running.end(&result);
        result
    }
}

impl_connection_trait!(Session);
impl_connection_trait!(Transaction);

#[async_trait::async_trait]
impl<C> TransactionTrait for Counted<C>
where
    C: TransactionTrait<Transaction = PoolTransaction> + Send,
{
    type Transaction = Transaction;

    async fn begin(&self) -> Result<Transaction, DbErr> {
        self.track(self.inner.begin()).await
    }

    async fn begin_with_config(
        &self,
        isolation: Option<IsolationLevel>,
        access: Option<AccessMode>,
    ) -> Result<Transaction, DbErr> {
        let begin = self.inner.begin_with_config(isolation, access);
        self.track(begin).await
    }

    async fn begin_with_options(&self, options: TransactionOptions) -> Result<Transaction, DbErr> {
        self.track(self.inner.begin_with_options(options)).await
    }

    async fn transaction<F, T, E>(&self, callback: F) -> Result<T, TransactionError<E>>
    where
        F: for<'c> FnOnce(&'c Transaction) -> Boxed<'c, T, E> + Send,
        T: Send,
        E: std::fmt::Display + std::fmt::Debug + Send,
    {
        self.transaction_with_config(callback, None, None).await
    }

    async fn transaction_with_config<F, T, E>(
        &self,
        callback: F,
        isolation: Option<IsolationLevel>,
        access: Option<AccessMode>,
    ) -> Result<T, TransactionError<E>>
    where
        F: for<'c> FnOnce(&'c Transaction) -> Boxed<'c, T, E> + Send,
        T: Send,
        E: std::fmt::Display + std::fmt::Debug + Send,
    {
        let started = self.begin_with_config(isolation, access).await;
        transaction::run(started, callback).await
    }
}

#[async_trait::async_trait]
impl TransactionSession for Transaction {
    async fn commit(self) -> Result<(), DbErr> {
        let Self { inner, tracker } = self;
        tracker
            .control("COMMIT", inner.commit(), |()| Duration::ZERO)
            .await
    }

    async fn rollback(self) -> Result<(), DbErr> {
        let Self { inner, tracker } = self;
        tracker
            .control("ROLLBACK", inner.rollback(), |()| Duration::ZERO)
            .await
    }
}
