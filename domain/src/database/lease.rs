//! A connection that is checked out of the pool.

use std::{sync::Arc, time::Duration};

use futures_util::TryStreamExt as _;
use sea_orm::{
    DbErr, SqlxError, Statement, Value,
    sea_query::{ArrayType, Values},
    sqlx::{
        self, Arguments as _, AssertSqlSafe, Connection as _, Either, Executor as _,
        IntoArguments as _, PgConnection,
        postgres::{PgArguments, PgBindIterExt as _, PgQueryResult, PgRow},
    },
};
use sea_query_sqlx::SqlxValues;
use tokio::{runtime::Handle, sync::OwnedSemaphorePermit, time::timeout};

use super::{
    connections::{CheckedOut, Connections, RELEASE_TIMEOUT, return_to_driver},
    failure, monitor,
    timeline::WaitTime,
};

/// A statement for the server.
#[derive(Clone, Copy)]
pub(super) struct Call<'a> {
    pub(super) sql: &'a str,
    /// `None` uses the simple query protocol, which takes several statements.
    pub(super) values: Option<&'a Values>,
    /// Whether it may be a named prepared statement, which is cached.
    pub(super) named: bool,
    pub(super) rows: Rows,
    /// Where to note how long it waits for a connection.
    pub(super) wait: Option<&'a WaitTime>,
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

/// A connection or pool that runs statements.
pub(super) trait Run: Sync {
    /// Runs a statement.
    fn run(&self, call: &Call<'_>) -> impl Future<Output = Result<Fetched, DbErr>> + Send;

    /// Runs a statement that nobody needs afterwards.
    fn run_statement(
        &self,
        statement: Statement,
        rows: Rows,
    ) -> impl Future<Output = Result<Fetched, DbErr>> + Send {
        async move { self.run(&Call::prepared(&statement, rows)).await }
    }
}

static NO_VALUES: Values = Values(Vec::new());

impl<'a> Call<'a> {
    pub(super) fn prepared(statement: &'a Statement, rows: Rows) -> Self {
        Self::with_values(&statement.sql, statement.values.as_ref(), rows)
    }

    pub(super) fn with_values(sql: &'a str, values: Option<&'a Values>, rows: Rows) -> Self {
        Self {
            sql,
            values: Some(values.unwrap_or(&NO_VALUES)),
            named: true,
            rows,
            wait: None,
        }
    }

    pub(super) fn simple(sql: &'a str) -> Self {
        Self {
            sql,
            values: None,
            named: false,
            rows: Rows::None,
            wait: None,
        }
    }

    /// Notes how long the statement has waited for a connection.
    pub(super) fn add_wait(&self, duration: Duration) {
        if let Some(wait) = self.wait {
            wait.add(duration);
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
        let query = sqlx::query_with(sql, arguments(values)?).persistent(self.named);
        match self.rows {
            Rows::None => fetched.result = query.execute(connection).await?,
            Rows::First => fetched.rows.extend(query.fetch_optional(connection).await?),
            // Not `fetch_all`, which boxes this stream once more, and a future around it.
            Rows::All => {
                let mut answer = connection.fetch_many(query);
                while let Some(part) = answer.try_next().await? {
                    match part {
                        Either::Left(result) => fetched.result.extend([result]),
                        Either::Right(row) => fetched.rows.push(row),
                    }
                }
            }
        }
        Ok(fetched)
    }
}

/// How many bytes a parameter has, mostly at most: an array of one UUID has 40.
const EXPECTED_PARAMETER_BYTES: usize = 64;

/// The parameters as the driver sends them. Arrays of UUIDs, which most reads have, are not cloned value by value.
fn arguments(values: &Values) -> Result<PgArguments, SqlxError> {
    let mut arguments = PgArguments::default();
    arguments.reserve(values.0.len(), values.0.len() * EXPECTED_PARAMETER_BYTES);
    for value in &values.0 {
        match value {
            Value::Array(ArrayType::Uuid, Some(ids)) => {
                let ids = ids.iter().map(|id| match id {
                    Value::Uuid(id) => *id,
                    _ => None,
                });
                arguments.add(ids.bind_iter())
            }
            Value::Uuid(id) => arguments.add(id),
            Value::String(text) => arguments.add(text.as_deref()),
            Value::Int(number) => arguments.add(number),
            Value::BigInt(number) => arguments.add(number),
            _ => return Ok(SqlxValues(values.clone()).into_arguments()),
        }
        .map_err(SqlxError::Encode)?;
    }
    Ok(arguments)
}

/// A connection in use. It returns to the pool when its state is known, and is closed otherwise: when it is broken, or
/// when a transaction on it has not ended. The driver would return it even in the middle of BEGIN, and later statements
/// of others would then run in that transaction.
#[derive(Debug)]
pub(super) struct Lease {
    /// `Some` until this is dropped.
    connection: Option<(CheckedOut, OwnedSemaphorePermit)>,
    pool: Arc<Connections>,
    broken: bool,
    in_transaction: bool,
    /// Whether a statement has not ended yet.
    busy: bool,
}

impl Lease {
    pub(super) fn new(
        connection: CheckedOut,
        permit: OwnedSemaphorePermit,
        pool: Arc<Connections>,
    ) -> Self {
        Self {
            connection: Some((connection, permit)),
            pool,
            broken: false,
            in_transaction: false,
            busy: false,
        }
    }

    /// Runs a statement. The server has `limit` to answer.
    pub(super) async fn run(
        &mut self,
        call: &Call<'_>,
        limit: Duration,
    ) -> Result<Fetched, SqlxError> {
        let Some((connection, _)) = self.connection.as_mut().filter(|_| !self.broken) else {
            return Err(SqlxError::WorkerCrashed);
        };
        self.busy = true;
        let answer = timeout(limit, call.run(&mut connection.connection)).await;
        self.busy = false;
        let answer = answer.unwrap_or_else(|_| Err(failure::no_answer(limit)));
        if let Err(error) = &answer {
            self.broken = failure::breaks_connection(error);
        }
        answer
    }

    /// Whether the server has its role and answers within `limit`. If not, the connection is closed on drop.
    pub(super) async fn check(&mut self, limit: Duration) -> bool {
        self.busy = true;
        let passed = match self.connection.as_mut() {
            Some((connection, _)) => {
                let check = monitor::has_role(&mut connection.connection, self.pool.role());
                timeout(limit, check).await
            }
            None => return false,
        };
        self.busy = false;
        self.broken = !matches!(passed, Ok(Ok(true)));
        !self.broken
    }

    /// Closes the connection. Its permit is for another one.
    pub(super) fn close(mut self) -> Option<OwnedSemaphorePermit> {
        let (connection, permit) = self.connection.take()?;
        close(connection);
        Some(permit)
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
        let Some((connection, permit)) = self.connection.take() else {
            return;
        };
        if Handle::try_current().is_err() {
            // The process is exiting.
            drop(connection.connection.detach());
        } else if self.broken || self.in_transaction {
            close(connection);
        } else if self.busy {
            return_to_driver(connection, Some(permit));
        } else {
            self.pool.take_back(connection, permit);
        }
    }
}

/// Closes a connection. Its slot in the pool is free at once, however long closing takes.
fn close(connection: CheckedOut) {
    let connection = connection.connection.detach();
    tokio::spawn(timeout(RELEASE_TIMEOUT, connection.close()));
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
