//! Access of the queues to the database.

use coach_domain::queue::{Error, Result};
use sea_orm::{
    ConnectionTrait, DbBackend, DbErr, QueryResult, RuntimeErr, SqlxError, Statement, Value,
};

/// Executes a statement with the values of its parameters, `$1` first. Returns how many rows it has changed.
pub(super) async fn execute(
    db: &impl ConnectionTrait,
    sql: impl Into<String>,
    values: impl IntoIterator<Item = Value>,
) -> Result<u64> {
    let statement = Statement::from_sql_and_values(DbBackend::Postgres, sql, values);
    let done = db.execute_raw(statement).await.map_err(queue_error)?;
    Ok(done.rows_affected())
}

/// Executes a statement like [`execute`], and parses the rows that it returns.
pub(super) async fn query<T>(
    db: &impl ConnectionTrait,
    sql: impl Into<String>,
    values: impl IntoIterator<Item = Value>,
    parse: fn(&QueryResult) -> Result<T, DbErr>,
) -> Result<Vec<T>> {
    let statement = Statement::from_sql_and_values(DbBackend::Postgres, sql, values);
    let rows = db.query_all_raw(statement).await.map_err(queue_error)?;
    let parsed: Result<_, DbErr> = rows.iter().map(parse).collect();
    parsed.map_err(queue_error)
}

/// The queue's error for an error of the database.
#[expect(clippy::needless_pass_by_value, reason = "for `map_err`")]
fn queue_error(error: DbErr) -> Error {
    // Class 42: the table does not exist, has another structure, or may not be accessed.
    if state(&error).is_some_and(|state| state.starts_with("42")) {
        return Error::Misconfigured(format!("{error}; `coach migrate` makes the tables"));
    }
    // All others may be temporary: the disk is full, the server is starting, statements were in conflict.
    Error::Unavailable(error.to_string())
}

/// The SQLSTATE of an error: <https://www.postgresql.org/docs/current/errcodes-appendix.html>
fn state(error: &DbErr) -> Option<String> {
    let (DbErr::Exec(RuntimeErr::SqlxError(cause)) | DbErr::Query(RuntimeErr::SqlxError(cause))) =
        error
    else {
        return None;
    };
    let SqlxError::Database(error) = cause.as_ref() else {
        return None;
    };
    error.code().map(Into::into)
}
