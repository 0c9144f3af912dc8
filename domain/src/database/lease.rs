//! A connection that is out of the pool.

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

use super::{failure, watch};

/// How long what was asked before may take to be answered, or a connection to be closed.
const RELEASE_TIMEOUT: Duration = Duration::from_secs(1);

/// What is asked of the server.
#[derive(Clone, Copy)]
pub(super) struct Call<'a> {
    pub(super) sql: &'a str,
    /// None: by the simple protocol, which takes several statements.
    pub(super) values: Option<&'a Values>,
    /// Whether it may be prepared by a name, and so be kept.
    pub(super) named: bool,
    pub(super) rows: Rows,
}

/// Which rows are wanted.
#[derive(Clone, Copy)]
pub(super) enum Rows {
    None,
    First,
    All,
}

/// What the server said.
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

    /// Whether nothing changes by it, so that it can be asked again.
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

/// A connection that goes back into the pool when its state is known, and is closed when it is not: when it broke, or
/// when a transaction on it did not come to its end. The driver would take it back in the middle of BEGIN, with
/// everything that others do on it then in that transaction.
#[derive(Debug)]
pub(super) struct Lease {
    /// There until it is dropped.
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

    /// Asks the server, which has `limit` to answer.
    pub(super) async fn run(
        &mut self,
        call: &Call<'_>,
        limit: Duration,
    ) -> Result<Fetched, SqlxError> {
        let Some(connection) = self.connection.as_deref_mut().filter(|_| !self.broken) else {
            return Err(SqlxError::WorkerCrashed);
        };
        let answer = timeout(limit, call.run(connection)).await;
        let answer = answer.unwrap_or_else(|_| Err(failure::silence(limit)));
        if let Err(error) = &answer {
            self.broken = failure::breaks_connection(error);
        }
        answer
    }

    /// Whether it leads to a server that takes changes and answers within `limit`. If not it is closed when it is dropped.
    pub(super) async fn check(&mut self, limit: Duration) -> bool {
        let passed = match self.connection.as_deref_mut() {
            Some(connection) => timeout(limit, watch::leads_to_primary(connection)).await,
            None => return false,
        };
        self.broken = !matches!(passed, Ok(Ok(true)));
        !self.broken
    }

    /// Gives it back and waits until it is there for the next one; dropping it does not wait.
    pub(super) async fn release(mut self) {
        if self.broken || self.in_transaction {
            return;
        }
        if let Some(mut connection) = self.connection.take() {
            let _ = timeout(RELEASE_TIMEOUT, connection.return_to_pool()).await;
        }
    }

    /// Begins a transaction. Dropped from here on, the connection is closed.
    pub(super) async fn begin(&mut self, sql: &str, limit: Duration) -> Result<(), SqlxError> {
        self.in_transaction = true;
        self.run(&Call::simple(sql), limit).await.map(drop)
    }

    /// Ends it. Dropped after this has succeeded, the connection goes back into the pool.
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
            // The process ends.
            drop(connection.detach());
            return;
        };
        if self.broken || self.in_transaction {
            // Its place in the pool is free at once, whatever the network does.
            let connection = connection.detach();
            runtime.spawn(timeout(RELEASE_TIMEOUT, connection.close()));
        } else {
            // Reads what an abandoned statement was answered, if that comes soon; else the connection is dropped.
            runtime.spawn(timeout(RELEASE_TIMEOUT, connection.return_to_pool()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Call;

    #[test]
    fn what_changes_something_is_not_asked_again() {
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
