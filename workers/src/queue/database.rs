//! Access of the queues to the database.

use coach_domain::queue::Error;
use sea_orm::{DbBackend, DbErr, RuntimeErr, SqlxError, Statement, Value};

/// A statement with the values of its parameters, `$1` first.
pub(super) fn statement(
    sql: impl Into<String>,
    values: impl IntoIterator<Item = Value>,
) -> Statement {
    Statement::from_sql_and_values(DbBackend::Postgres, sql, values)
}

/// The queue's error for an error of the database.
#[expect(clippy::needless_pass_by_value, reason = "for `map_err`")]
pub(super) fn queue_error(error: DbErr) -> Error {
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
