//! The pool of connections, and statements on it.

use std::{sync::Arc, time::Duration};

use sea_orm::{
    ConnectionTrait as _, DatabaseConnection, DbErr, RuntimeErr, SqlxError, SqlxPostgresConnector,
    sqlx::PgPool,
};

use super::{
    Options, PoolMode, failure,
    lease::{Call, Fetched, Lease},
    statements::run_statements,
    transaction::PoolTransaction,
    watch::Watch,
};

/// How much longer than its own limit the server may take to say that it has given up on a statement.
const ANSWER_MARGIN: Duration = Duration::from_millis(500);

/// A pool of connections. Clones share it.
///
/// A connection that breaks, does not answer in time or leads to a server that takes no changes is closed, and the
/// others are checked at once; every five seconds one is checked in any case. A statement that only reads, and the
/// beginning of a transaction, are then tried once more on another connection.
#[derive(Clone, Debug)]
pub struct Pool {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    connections: PgPool,
    options: Options,
    watch: Watch,
}

/// What readiness is decided by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServerState {
    /// It takes changes.
    Writable,
    /// A standby, or one that is set to take no changes.
    ReadOnly,
    /// Older than [`MIN_SERVER_VERSION`].
    TooOld,
}

/// The oldest Postgres that works: 15, in the form of `server_version_num`.
pub const MIN_SERVER_VERSION: u32 = 150_000;

impl Pool {
    pub(super) fn new(connections: PgPool, options: Options, watch: Watch) -> Self {
        let shared = Arc::new(Shared {
            connections,
            options,
            watch,
        });
        Self { shared }
    }

    /// The driver's own pool, for its figures.
    pub fn connections(&self) -> &PgPool {
        &self.shared.connections
    }

    /// For the libraries that run migrations. It has none of the care that is taken here.
    pub fn unwatched(&self) -> DatabaseConnection {
        SqlxPostgresConnector::from_sqlx_postgres_pool(self.shared.connections.clone())
    }

    /// Whether the server answers.
    ///
    /// # Errors
    ///
    /// When it does not.
    pub async fn ping(&self) -> Result<(), DbErr> {
        self.run(&Call::simple("SELECT")).await.map(drop)
    }

    /// What kind of server answers.
    ///
    /// # Errors
    ///
    /// When none does.
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
            self.shared.watch.suspect();
        }
        let too_old = u32::try_from(version).is_ok_and(|version| version < MIN_SERVER_VERSION);
        Ok(match (too_old, read_only) {
            (true, _) => ServerState::TooOld,
            (_, true) => ServerState::ReadOnly,
            _ => ServerState::Writable,
        })
    }

    /// Closes all connections, waiting for those that are in use.
    pub async fn close(&self) {
        self.shared.connections.close().await;
    }

    pub(super) fn statement_limit(&self) -> Duration {
        self.shared.options.statement_timeout + ANSWER_MARGIN
    }

    /// Whether statements may be prepared by name, and settings outlive a transaction.
    pub(super) fn keeps_sessions(&self) -> bool {
        self.shared.options.pool_mode == PoolMode::Session
    }

    /// What a transaction has to set itself.
    pub(super) fn local_settings(&self) -> String {
        if self.keeps_sessions() {
            String::new()
        } else {
            self.shared.options.settings("SET LOCAL")
        }
    }

    pub(super) async fn lease(&self) -> Result<Lease, DbErr> {
        let acquired = self.shared.connections.acquire().await;
        acquired.map(Lease::new).map_err(|error| {
            self.shared.watch.could_not_connect();
            failure::of_connecting(error)
        })
    }

    /// Tells the watch of a connection that is to blame.
    pub(super) fn noticed(&self, error: &SqlxError) {
        if failure::breaks_connection(error) {
            self.shared.watch.suspect();
        }
    }

    async fn run(&self, call: &Call<'_>) -> Result<Fetched, DbErr> {
        match self.attempt(call).await {
            Err(error) if call.only_reads() && failure::is_of_connection(&error) => {
                self.attempt(call).await
            }
            result => result,
        }
    }

    async fn attempt(&self, call: &Call<'_>) -> Result<Fetched, DbErr> {
        if self.keeps_sessions() {
            let mut lease = self.lease().await?;
            let fetched = lease.run(call, self.statement_limit()).await;
            fetched.map_err(|error| {
                self.noticed(&error);
                query_error(error)
            })
        } else {
            let transaction = PoolTransaction::begin(self, "").await?;
            let fetched = transaction.run(call).await?;
            transaction.commit().await?;
            Ok(fetched)
        }
    }
}

pub(super) fn query_error(error: SqlxError) -> DbErr {
    DbErr::Query(RuntimeErr::SqlxError(error.into()))
}

run_statements!(Pool);
