//! Transactions on a pool.

use std::{pin::Pin, time::Duration};

use sea_orm::{
    AccessMode, DbErr, IsolationLevel, SqlxError, TransactionError, TransactionOptions,
    TransactionSession, TransactionTrait,
};
use tokio::{sync::Mutex, time::Instant};

use super::{
    failure,
    lease::{Call, Fetched, Lease, Run},
    pool::{Pool, query_error},
    statements::impl_connection_trait,
};

/// A transaction. Dropped before its end, it is rolled back and its connection is closed.
#[derive(Debug)]
pub struct PoolTransaction {
    pool: Pool,
    state: Mutex<State>,
    /// How long it waited for its connection.
    waited: Duration,
}

#[derive(Debug)]
struct State {
    lease: Lease,
    /// Whether a statement has failed. Postgres then answers COMMIT with a rollback, without an error.
    failed: bool,
}

impl PoolTransaction {
    /// Begins a transaction with these modes, such as `READ ONLY`. It is retried once after a connection error.
    pub(super) async fn begin(pool: &Pool, modes: &str) -> Result<Self, DbErr> {
        match Self::attempt(pool, modes).await {
            Err(error) if failure::is_connection_error(&error) => Self::attempt(pool, modes).await,
            result => result,
        }
    }

    async fn attempt(pool: &Pool, modes: &str) -> Result<Self, DbErr> {
        // Independent of the default of the role or the database.
        let isolation = if modes.contains("ISOLATION") {
            ""
        } else {
            "ISOLATION LEVEL READ COMMITTED"
        };
        let settings = pool.local_settings();
        let sql = format!("BEGIN {isolation} {modes}; {settings}");
        let began_at = Instant::now();
        let mut lease = pool.lease().await?;
        let waited = began_at.elapsed();
        let started = lease.begin(&sql, pool.statement_limit()).await;
        started.map_err(|error| report_error(pool, error))?;
        Ok(Self {
            pool: pool.clone(),
            state: Mutex::new(State {
                lease,
                failed: false,
            }),
            waited,
        })
    }

    /// How long it waited for its connection.
    pub(super) fn waited(&self) -> Duration {
        self.waited
    }

    /// Commits the transaction.
    ///
    /// # Errors
    ///
    /// When a statement of the transaction has failed; it is rolled back then. When the connection breaks meanwhile;
    /// then it is unknown whether the transaction was committed.
    pub async fn commit(self) -> Result<(), DbErr> {
        self.end("COMMIT").await
    }

    /// Rolls the transaction back.
    ///
    /// # Errors
    ///
    /// When the connection breaks, which rolls it back as well.
    pub async fn rollback(self) -> Result<(), DbErr> {
        self.end("ROLLBACK").await
    }

    async fn end(self, sql: &str) -> Result<(), DbErr> {
        let mut state = self.state.into_inner();
        if sql == "COMMIT" && state.failed {
            let message = "a statement of this transaction has failed: it cannot be committed";
            return Err(DbErr::Custom(message.to_owned()));
        }
        let ended = state.lease.end(sql, self.pool.statement_limit()).await;
        ended.map_err(|error| report_error(&self.pool, error))
    }
}

fn report_error(pool: &Pool, error: SqlxError) -> DbErr {
    pool.report_error(&error);
    query_error(error)
}

impl Run for PoolTransaction {
    async fn run(&self, call: &Call<'_>) -> Result<Fetched, DbErr> {
        let named = call.named && self.pool.keeps_sessions();
        let call = Call { named, ..*call };
        let mut state = self.state.lock().await;
        // A caller that stops waiting leaves the answer unread; the connection stays usable all the same.
        let fetched = state.lease.run(&call, self.pool.statement_limit()).await;
        fetched.map_err(|error| {
            state.failed = true;
            report_error(&self.pool, error)
        })
    }
}

impl_connection_trait!(PoolTransaction);

#[async_trait::async_trait]
impl TransactionSession for PoolTransaction {
    async fn commit(self) -> Result<(), DbErr> {
        Self::commit(self).await
    }

    async fn rollback(self) -> Result<(), DbErr> {
        Self::rollback(self).await
    }
}

/// The future that the callback of a transaction returns.
pub(super) type Boxed<'c, T, E> = Pin<Box<dyn Future<Output = Result<T, E>> + Send + 'c>>;

/// Runs a callback in a transaction that has started, and commits or rolls it back.
pub(super) async fn run<C, F, T, E>(
    started: Result<C, DbErr>,
    callback: F,
) -> Result<T, TransactionError<E>>
where
    C: TransactionSession,
    F: for<'c> FnOnce(&'c C) -> Boxed<'c, T, E> + Send,
    E: std::fmt::Display + std::fmt::Debug + Send,
{
    let transaction = started.map_err(TransactionError::Connection)?;
    match callback(&transaction).await {
        Ok(value) => {
            let committed = transaction.commit().await;
            committed.map_err(TransactionError::Connection)?;
            Ok(value)
        }
        Err(error) => {
            let rolled_back = transaction.rollback().await;
            rolled_back.map_err(TransactionError::Connection)?;
            Err(TransactionError::Transaction(error))
        }
    }
}

#[async_trait::async_trait]
impl TransactionTrait for Pool {
    type Transaction = PoolTransaction;

    async fn begin(&self) -> Result<PoolTransaction, DbErr> {
        PoolTransaction::begin(self, "").await
    }

    async fn begin_with_config(
        &self,
        isolation: Option<IsolationLevel>,
        access: Option<AccessMode>,
    ) -> Result<PoolTransaction, DbErr> {
        let isolation = isolation.map(|level| format!("ISOLATION LEVEL {level}"));
        let access = access.map(|mode| mode.to_string());
        let modes: Vec<_> = isolation.into_iter().chain(access).collect();
        PoolTransaction::begin(self, &modes.join(" ")).await
    }

    async fn begin_with_options(
        &self,
        options: TransactionOptions,
    ) -> Result<PoolTransaction, DbErr> {
        self.begin_with_config(options.isolation_level, options.access_mode)
            .await
    }

    async fn transaction<F, T, E>(&self, callback: F) -> Result<T, TransactionError<E>>
    where
        F: for<'c> FnOnce(&'c PoolTransaction) -> Boxed<'c, T, E> + Send,
        T: Send,
        E: std::fmt::Display + std::fmt::Debug + Send,
    {
        run(self.begin().await, callback).await
    }

    async fn transaction_with_config<F, T, E>(
        &self,
        callback: F,
        isolation: Option<IsolationLevel>,
        access: Option<AccessMode>,
    ) -> Result<T, TransactionError<E>>
    where
        F: for<'c> FnOnce(&'c PoolTransaction) -> Boxed<'c, T, E> + Send,
        T: Send,
        E: std::fmt::Display + std::fmt::Debug + Send,
    {
        run(self.begin_with_config(isolation, access).await, callback).await
    }
}

/// Nested transactions are an error: nothing here needs savepoints.
#[async_trait::async_trait]
impl TransactionTrait for PoolTransaction {
    type Transaction = Self;

    async fn begin(&self) -> Result<Self, DbErr> {
        Err(DbErr::Custom("transactions are not nested".to_owned()))
    }

    async fn begin_with_config(
        &self,
        _: Option<IsolationLevel>,
        _: Option<AccessMode>,
    ) -> Result<Self, DbErr> {
        self.begin().await
    }

    async fn begin_with_options(&self, _: TransactionOptions) -> Result<Self, DbErr> {
        self.begin().await
    }

    async fn transaction<F, T, E>(&self, callback: F) -> Result<T, TransactionError<E>>
    where
        F: for<'c> FnOnce(&'c Self) -> Boxed<'c, T, E> + Send,
        T: Send,
        E: std::fmt::Display + std::fmt::Debug + Send,
    {
        run(self.begin().await, callback).await
    }

    async fn transaction_with_config<F, T, E>(
        &self,
        callback: F,
        _: Option<IsolationLevel>,
        _: Option<AccessMode>,
    ) -> Result<T, TransactionError<E>>
    where
        F: for<'c> FnOnce(&'c Self) -> Boxed<'c, T, E> + Send,
        T: Send,
        E: std::fmt::Display + std::fmt::Debug + Send,
    {
        self.transaction(callback).await
    }
}
