//! The database as one request uses it: the pool, with its statements counted and traced.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicUsize, Ordering::Relaxed},
};

use sea_orm::{
    AccessMode, DbErr, IsolationLevel, Statement, TransactionError, TransactionOptions,
    TransactionSession, TransactionTrait,
};
use tokio::sync::{Semaphore, SemaphorePermit};
use tracing::Span;

use super::{
    fetch::RowSet,
    joint::Waiting,
    lease::{Call, Fetched, Run},
    pool::Pool,
    statements::impl_connection_trait,
    telemetry,
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
    permits: Semaphore,
    waiting: Waiting,
}

impl StatementTracker {
    fn new(span: Span) -> Self {
        Self {
            span,
            count: AtomicUsize::new(0),
            recorded: None,
            permits: Semaphore::new(MAX_CONCURRENT_STATEMENTS),
            waiting: Waiting::default(),
        }
    }

    /// Counts a statement, waits for a permit, and runs it.
    async fn run<T>(
        &self,
        sql: &str,
        run: impl Future<Output = Result<T, DbErr>>,
    ) -> Result<T, DbErr> {
        let _permit = self.start(sql).await;
        telemetry::observe(sql, &self.span, run).await
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

    fn track(&self, inner: PoolTransaction) -> Transaction {
        let tracker = Arc::clone(&self.tracker);
        Counted { inner, tracker }
    }
}

impl<C: Run + Sync> Run for Counted<C> {
    async fn run(&self, call: &Call<'_>) -> Result<Fetched, DbErr> {
        self.tracker.run(call.sql, self.inner.run(call)).await
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
        Ok(self.track(self.inner.begin().await?))
    }

    async fn begin_with_config(
        &self,
        isolation: Option<IsolationLevel>,
        access: Option<AccessMode>,
    ) -> Result<Transaction, DbErr> {
        Ok(self.track(self.inner.begin_with_config(isolation, access).await?))
    }

    async fn begin_with_options(&self, options: TransactionOptions) -> Result<Transaction, DbErr> {
        Ok(self.track(self.inner.begin_with_options(options).await?))
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
        self.inner.commit().await
    }

    async fn rollback(self) -> Result<(), DbErr> {
        self.inner.rollback().await
    }
}
