//! The connection pool, and statements on it.

use std::{sync::Arc, time::Duration};

use sea_orm::{
    ConnectionTrait as _, DatabaseConnection, DbErr, RuntimeErr, SqlxError, SqlxPostgresConnector,
    sqlx::postgres::PgConnectOptions,
};
use tokio::time::Instant;

use crate::Error;

use super::{
    Options, PoolMode, connect,
    connections::Connections,
    failure,
    lease::{Call, Fetched, Lease, Run},
    monitor::{self, ConnectFailure, ConnectionMonitor},
    replica::ReplicaReads,
    statements::impl_connection_trait,
    transaction::PoolTransaction,
};

/// How much longer than the statement timeout to wait for the server to report it.
const ANSWER_MARGIN: Duration = Duration::from_millis(500);

/// A connection pool. Clones share it.
///
/// A connection that breaks, does not answer in time or leads to a server of another role is closed, and the others are
/// checked at once; in any case, one is checked every five seconds. A statement that only reads, and the `BEGIN` of
/// a transaction, are then retried once on another connection.
#[derive(Clone, Debug)]
pub struct Pool {
    shared: Arc<Shared>,
    /// Where a query reads instead.
    replica: Option<Arc<ReplicaReads>>,
}

#[derive(Debug)]
struct Shared {
    connections: Arc<Connections>,
    options: Options,
    monitor: ConnectionMonitor,
}

/// The state of the server, as far as readiness depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServerState {
    /// It accepts writes.
    Writable,
    /// A standby, or a server whose transactions are read-only.
    ReadOnly,
    /// Older than [`MIN_SERVER_VERSION`].
    TooOld,
}

/// The oldest supported version of Postgres, 15, as `server_version_num`.
pub const MIN_SERVER_VERSION: u32 = 150_000;

impl Pool {
    pub(super) fn new(
        connections: Arc<Connections>,
        options: Options,
        monitor: ConnectionMonitor,
    ) -> Self {
        let shared = Arc::new(Shared {
            connections,
            options,
            monitor,
        });
        Self {
            shared,
            replica: None,
        }
    }

    /// The same pool for one query, which reads from a standby while it can. Transactions stay here.
    pub(super) fn reading_from(&self, replica: ReplicaReads) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
            replica: Some(Arc::new(replica)),
        }
    }

    /// The most open connections allowed.
    pub fn max_connections(&self) -> u32 {
        self.shared.options.max_connections
    }

    /// The numbers of connections that are idle and in use.
    pub fn connection_counts(&self) -> (usize, usize) {
        let connections = &self.shared.connections;
        let open = connections.driver().size();
        let idle = connections.idle();
        (
            idle,
            usize::try_from(open)
                .unwrap_or(usize::MAX)
                .saturating_sub(idle),
        )
    }

    /// A connection for the library that runs migrations. It bypasses the checks, timeouts and retries of this pool.
    pub fn seaorm_connection(&self) -> DatabaseConnection {
        self.shared.connections.return_idle(Duration::ZERO);
        SqlxPostgresConnector::from_sqlx_postgres_pool(self.shared.connections.driver().clone())
    }

    /// Has connections that are opened from now on authenticate as `url` says. Open ones stay as they are.
    ///
    /// # Errors
    ///
    /// When the URL is invalid, or names another server or database.
    pub fn set_credentials(&self, url: &str) -> crate::Result<()> {
        let driver = self.shared.connections.driver();
        let options = connect::driver_options(url, &self.shared.options)?;
        let place = |options: &PgConnectOptions| {
            let socket = options.get_socket().cloned();
            let database = options.get_database().map(str::to_owned);
            (
                options.get_host().to_owned(),
                options.get_port(),
                socket,
                database,
            )
        };
        if place(&options) != place(&driver.connect_options()) {
            let why = "the new URL names another server or database, which takes a restart";
            return Err(Error::Invariant(why.to_owned()));
        }
        driver.set_connect_options(options);
        Ok(())
    }

    /// Opens one more connection and closes it, beside those of the pool.
    ///
    /// # Errors
    ///
    /// Why that fails, and what can be done about it; [`ping`](Self::ping) only returns that it does.
    pub async fn try_to_connect(&self) -> Result<(), ConnectFailure> {
        let options = self.shared.connections.driver().connect_options();
        monitor::try_to_connect(&options).await
    }

    /// Whether the server answers.
    ///
    /// # Errors
    ///
    /// When it does not answer.
    pub async fn ping(&self) -> Result<(), DbErr> {
        self.run(&Call::simple("SELECT")).await.map(drop)
    }

    /// The state of the server.
    ///
    /// # Errors
    ///
    /// When no server answers.
    pub async fn server_state(&self) -> Result<ServerState, DbErr> {
        let sql = "
            SELECT
                current_setting('server_version_num')::int,
                pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on'";
        let row = self.query_one_raw(super::statement(sql, [])).await?;
        let row = row.ok_or_else(|| DbErr::RecordNotFound("the server's state".to_owned()))?;
        let version: i32 = row.try_get_by_index(0)?;
        let read_only: bool = row.try_get_by_index(1)?;
        if read_only {
            self.shared.monitor.report_suspect();
        }
        let too_old = u32::try_from(version).is_ok_and(|version| version < MIN_SERVER_VERSION);
        Ok(match (too_old, read_only) {
            (true, _) => ServerState::TooOld,
            (_, true) => ServerState::ReadOnly,
            _ => ServerState::Writable,
        })
    }

    /// Closes all connections, and waits for those that are in use.
    pub async fn close(&self) {
        self.shared.connections.close().await;
    }

    pub(super) fn statement_limit(&self) -> Duration {
        self.shared.options.statement_timeout + ANSWER_MARGIN
    }

    /// Whether prepared statements and settings outlive a transaction.
    pub(super) fn keeps_sessions(&self) -> bool {
        self.shared.options.pool_mode == PoolMode::Session
    }

    /// SQL for the settings that each transaction has to make itself; empty when the session has them.
    pub(super) fn local_settings(&self) -> String {
        if self.keeps_sessions() {
            String::new()
        } else {
            self.shared.options.settings("SET LOCAL")
        }
    }

    pub(super) async fn lease(&self) -> Result<Lease, DbErr> {
        let acquired = self.shared.connections.acquire().await;
        acquired.map_err(|error| {
            self.shared.monitor.report_connect_failure();
            failure::connect_error(error)
        })
    }

    /// Has the other connections checked when an error was caused by its connection.
    pub(super) fn report_error(&self, error: &SqlxError) {
        if failure::breaks_connection(error) {
            self.shared.monitor.report_suspect();
        }
    }

    /// When a connection was last found broken, if ever.
    pub(super) fn suspected_at(&self) -> Option<Instant> {
        self.shared.monitor.suspected_at()
    }

    pub(super) async fn attempt(&self, call: &Call<'_>) -> Result<Fetched, DbErr> {
        if !self.keeps_sessions() {
            return Box::pin(self.run_in_transaction(call)).await;
        }
        let began_at = Instant::now();
        let lease = self.lease().await;
        call.add_wait(began_at.elapsed());
        let mut lease = lease?;
        let fetched = lease.run(call, self.statement_limit()).await;
        fetched.map_err(|error| {
            self.report_error(&error);
            query_error(error)
        })
    }

    async fn run_in_transaction(&self, call: &Call<'_>) -> Result<Fetched, DbErr> {
        let transaction = PoolTransaction::begin(self, "").await?;
        call.add_wait(transaction.waited());
        let fetched = transaction.run(call).await?;
        transaction.commit().await?;
        Ok(fetched)
    }
}

impl Run for Pool {
    async fn run(&self, call: &Call<'_>) -> Result<Fetched, DbErr> {
        if let Some(replica) = &self.replica
            && let Some(fetched) = replica.run(call).await
        {
            return Ok(fetched);
        }
        match self.attempt(call).await {
            Err(error) if call.only_reads() && failure::is_connection_error(&error) => {
                Box::pin(self.attempt(call)).await
            }
            result => result,
        }
    }
}

pub(super) fn query_error(error: SqlxError) -> DbErr {
    DbErr::Query(RuntimeErr::SqlxError(error.into()))
}

impl_connection_trait!(Pool);
