//! What one request does on the database: the same as the pool, and counted.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicUsize, Ordering::Relaxed},
};

use sea_orm::{
    AccessMode, ConnectionTrait, DbBackend, DbErr, ExecResult, IsolationLevel, QueryResult,
    Statement, TransactionError, TransactionOptions, TransactionSession, TransactionTrait,
};
use tokio::sync::{Semaphore, SemaphorePermit};
use tracing::Span;

use super::{
    pool::Pool,
    telemetry,
    transaction::{self, Boxed, PoolTransaction},
};

/// How many statements one request has under way at once: it is not to take the
/// whole pool. The others wait here, where no time limit of the pool runs.
const AT_ONCE: usize = 4;

#[derive(Debug)]
struct Tally {
    /// What asks, for traces.
    span: Span,
    statements: AtomicUsize,
    texts: Option<Mutex<Vec<String>>>,
    turns: Semaphore,
}

impl Tally {
    fn new(span: Span) -> Self {
        Self {
            span,
            statements: AtomicUsize::new(0),
            texts: None,
            turns: Semaphore::new(AT_ONCE),
        }
    }

    /// Counts a statement, waits for its turn, and runs it.
    async fn run<T>(
        &self,
        sql: &str,
        run: impl Future<Output = Result<T, DbErr>>,
    ) -> Result<T, DbErr> {
        let _turn = self.add(sql).await;
        telemetry::observe(sql, &self.span, run).await
    }

    async fn add(&self, sql: &str) -> Option<SemaphorePermit<'_>> {
        self.statements.fetch_add(1, Relaxed);
        if let Some(texts) = &self.texts {
            let mut texts = texts.lock().unwrap_or_else(PoisonError::into_inner);
            texts.push(sql.to_owned());
        }
        // The semaphore is never closed.
        self.turns.acquire().await.ok()
    }
}

/// A connection, or a transaction on it, that counts its statements. BEGIN,
/// COMMIT and ROLLBACK do not count; what runs in a transaction does.
#[derive(Clone, Debug)]
pub struct Counted<C> {
    inner: C,
    tally: Arc<Tally>,
}

/// A request's access to the pool. Clones count together.
pub type Session = Counted<Pool>;

/// A transaction of a [`Session`], which counts with it.
pub type Transaction = Counted<PoolTransaction>;

impl Session {
    /// A session that counts, on behalf of what `span` stands for.
    pub fn new(database: Pool, span: Span) -> Self {
        let tally = Arc::new(Tally::new(span));
        Self {
            inner: database,
            tally,
        }
    }

    /// A session that also keeps the text of each statement, for tests.
    pub fn recording(database: Pool, span: Span) -> Self {
        let tally = Arc::new(Tally {
            texts: Some(Mutex::default()),
            ..Tally::new(span)
        });
        Self {
            inner: database,
            tally,
        }
    }

    /// The pool itself, for what is not this request's doing.
    pub fn pool(&self) -> &Pool {
        &self.inner
    }

    /// How many statements there have been.
    pub fn statements(&self) -> usize {
        self.tally.statements.load(Relaxed)
    }

    /// Their texts in the order in which they were sent; empty unless
    /// [`Session::recording`].
    pub fn recorded(&self) -> Vec<String> {
        let Some(texts) = &self.tally.texts else {
            return Vec::new();
        };
        let texts = texts.lock().unwrap_or_else(PoisonError::into_inner);
        texts.clone()
    }
}

impl<C> Counted<C> {
    /// What asks, for traces.
    pub fn span(&self) -> &Span {
        &self.tally.span
    }

    fn on(&self, inner: PoolTransaction) -> Transaction {
        let tally = Arc::clone(&self.tally);
        Counted { inner, tally }
    }
}

#[async_trait::async_trait]
impl<C: ConnectionTrait> ConnectionTrait for Counted<C> {
    fn get_database_backend(&self) -> DbBackend {
        self.inner.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        let sql = statement.sql.clone();
        let run = self.inner.execute_raw(statement);
        self.tally.run(&sql, run).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        let run = self.inner.execute_unprepared(sql);
        self.tally.run(sql, run).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        let sql = statement.sql.clone();
        let run = self.inner.query_one_raw(statement);
        self.tally.run(&sql, run).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        let sql = statement.sql.clone();
        let run = self.inner.query_all_raw(statement);
        self.tally.run(&sql, run).await
    }
}

#[async_trait::async_trait]
impl<C> TransactionTrait for Counted<C>
where
    C: TransactionTrait<Transaction = PoolTransaction> + Send,
{
    type Transaction = Transaction;

    async fn begin(&self) -> Result<Transaction, DbErr> {
        Ok(self.on(self.inner.begin().await?))
    }

    async fn begin_with_config(
        &self,
        isolation: Option<IsolationLevel>,
        access: Option<AccessMode>,
    ) -> Result<Transaction, DbErr> {
        Ok(self.on(self.inner.begin_with_config(isolation, access).await?))
    }

    async fn begin_with_options(&self, options: TransactionOptions) -> Result<Transaction, DbErr> {
        Ok(self.on(self.inner.begin_with_options(options).await?))
    }

    async fn transaction<F, T, E>(&self, work: F) -> Result<T, TransactionError<E>>
    where
        F: for<'c> FnOnce(&'c Transaction) -> Boxed<'c, T, E> + Send,
        T: Send,
        E: std::fmt::Display + std::fmt::Debug + Send,
    {
        self.transaction_with_config(work, None, None).await
    }

    async fn transaction_with_config<F, T, E>(
        &self,
        work: F,
        isolation: Option<IsolationLevel>,
        access: Option<AccessMode>,
    ) -> Result<T, TransactionError<E>>
    where
        F: for<'c> FnOnce(&'c Transaction) -> Boxed<'c, T, E> + Send,
        T: Send,
        E: std::fmt::Display + std::fmt::Debug + Send,
    {
        let begun = self.begin_with_config(isolation, access).await;
        transaction::run(begun, work).await
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
