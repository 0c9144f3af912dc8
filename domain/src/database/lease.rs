//! A connection that is checked out of the pool.

use std::time::Duration;

use sea_orm::{
    SqlxError, Statement,
    sea_query::Values,
    sqlx::{
        self, AssertSqlSafe, Connection as _, Executor as _, PgConnection, Postgres,
        pool::PoolConnection,
        postgres::{PgQueryResult, PgRow},
    },
};
use sea_query_sqlx::SqlxValues;
use tokio::{runtime::Handle, time::timeout};

use super::{failure, monitor};

/// How long to wait for the answer of an abandoned statement, or for a connection to close.
const RELEASE_TIMEOUT: Duration = Duration::from_secs(1);

/// A statement for the server.
#[derive(Clone, Copy)]
pub(super) struct Call<'a> {
    pub(super) sql: &'a str,
    /// `None` uses the simple query protocol, which takes several statements.
    pub(super) values: Option<&'a Values>,
    /// Whether it may be a named prepared statement, which is cached.
    pub(super) named: bool,
    pub(super) rows: Rows,
}

/// Which rows to fetch.
#[derive(Clone, Copy)]
pub(super) enum Rows {
    None,
    First,
    All,
}

/// The answer of the server.
#[derive(Default)]
pub(super) struct Fetched {
    pub(super) result: PgQueryResult,
    pub(super) rows: Vec<PgRow>,
}

static NO_VALUES: Values = Values(Vec::new());

impl<'a> Call<'a> {
    pub(super) fn prepared(statement: &'a Statement, rows: Rows) -> Self {
        Self {
            sql: &statement.sql,
            values: Some(statement.values.as_ref().unwrap_or(&NO_VALUES)),
            named: true,
            rows,
        }
    }

    pub(super) fn simple(sql: &'a str) -> Self {
        Self {
            sql,
            values: None,
            named: false,
            rows: Rows::None,
        }
    }

    /// Whether the statement only reads, so that it can be retried.
    pub(super) fn only_reads(&self) -> bool {
        let mut words = self
            .sql
            .split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_')
            .filter(|word| !word.is_empty());
        words
            .clone()
            .next()
            .is_some_and(|first| matches!(first, "SELECT" | "WITH"))
            && !words
                .any(|word| matches!(word, "INSERT" | "UPDATE" | "DELETE" | "MERGE" | "nextval"))
    }

    async fn run(&self, connection: &mut PgConnection) -> Result<Fetched, SqlxError> {
        let mut fetched = Fetched::default();
        let sql = AssertSqlSafe(self.sql);
        let Some(values) = self.values else {
            fetched.result = connection.execute(sqlx::raw_sql(sql)).await?;
            return Ok(fetched);
        };
        let query = sqlx::query_with(sql, SqlxValues(values.clone())).persistent(self.named);
        match self.rows {
            Rows::None => fetched.result = query.execute(connection).await?,
            Rows::First => fetched.rows.extend(query.fetch_optional(connection).await?),
            Rows::All => fetched.rows = query.fetch_all(connection).await?,
        }
        Ok(fetched)
    }
}

/// A connection that returns to the pool when its state is known, and is closed otherwise: when it is broken, or when a
/// transaction on it has not ended. The driver would return it even in the middle of BEGIN, and later statements of
/// others would then run in that transaction.
#[derive(Debug)]
pub(super) struct Lease {
    /// `Some` until this is released or dropped.
    connection: Option<PoolConnection<Postgres>>,
    broken: bool,
    in_transaction: bool,
}

impl Lease {
    pub(super) fn new(connection: PoolConnection<Postgres>) -> Self {
        Self {
            connection: Some(connection),
            broken: false,
            in_transaction: false,
        }
    }

    /// Runs a statement. The server has `limit` to answer.
    pub(super) async fn run(
        &mut self,
        call: &Call<'_>,
        limit: Duration,
    ) -> Result<Fetched, SqlxError> {
        let Some(connection) = self.connection.as_deref_mut().filter(|_| !self.broken) else {
            return Err(SqlxError::WorkerCrashed);
        };
        let answer = timeout(limit, call.run(connection)).await;
        let answer = answer.unwrap_or_else(|_| Err(failure::no_answer(limit)));
        if let Err(error) = &answer {
            self.broken = failure::breaks_connection(error);
        }
        answer
    }

    /// Whether the server is a primary and answers within `limit`. If not, the connection is closed on drop.
    pub(super) async fn check(&mut self, limit: Duration) -> bool {
        let passed = match self.connection.as_deref_mut() {
            Some(connection) => timeout(limit, monitor::is_primary(connection)).await,
            None => return false,
        };
        self.broken = !matches!(passed, Ok(Ok(true)));
        !self.broken
    }

    /// Returns the connection to the pool and waits until it is available there; dropping does not wait.
    pub(super) async fn release(mut self) {
        if self.broken || self.in_transaction {
            return;
        }
        if let Some(mut connection) = self.connection.take() {
            let _ = timeout(RELEASE_TIMEOUT, connection.return_to_pool()).await;
        }
    }

    /// Begins a transaction. If dropped before [`Self::end`] succeeds, the connection is closed.
    pub(super) async fn begin(&mut self, sql: &str, limit: Duration) -> Result<(), SqlxError> {
        self.in_transaction = true;
        self.run(&Call::simple(sql), limit).await.map(drop)
    }

    /// Ends the transaction. If dropped after this has succeeded, the connection returns to the pool.
    pub(super) async fn end(&mut self, sql: &str, limit: Duration) -> Result<(), SqlxError> {
        self.run(&Call::simple(sql), limit).await?;
        self.in_transaction = false;
        Ok(())
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let Some(mut connection) = self.connection.take() else {
            return;
        };
        let Ok(runtime) = Handle::try_current() else {
            // The process is exiting.
            drop(connection.detach());
            return;
        };
        if self.broken || self.in_transaction {
            // Frees the slot in the pool at once, however long closing takes.
            let connection = connection.detach();
            runtime.spawn(timeout(RELEASE_TIMEOUT, connection.close()));
        } else {
            // Reads the answer of an abandoned statement if it arrives in time; else the connection is dropped.
            runtime.spawn(timeout(RELEASE_TIMEOUT, connection.return_to_pool()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Call;

    #[test]
    fn only_reading_statements_are_retried() {
        for sql in [
            "SELECT id FROM plan",
            "\n  SELECT updated_at FROM plan WHERE id = $1",
            "WITH hit AS (SELECT id FROM plan) SELECT id FROM hit",
        ] {
            assert!(Call::simple(sql).only_reads(), "{sql}");
        }
        for sql in [
            "INSERT INTO plan (id) VALUES ($1)",
            "WITH gone AS (DELETE FROM plan RETURNING id) SELECT id FROM gone",
            "SELECT id FROM plan FOR UPDATE",
            "SELECT nextval('turn')",
            "SET LOCAL statement_timeout = 0",
            "",
        ] {
            assert!(!Call::simple(sql).only_reads(), "{sql}");
        }
    }
}
