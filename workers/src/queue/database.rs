//! Our database, as queues speak to it.

use coach_domain::queue::Error;
use sea_orm::{DbBackend, DbErr, RuntimeErr, SqlxError, Statement, Value};

/// A statement with its parameters, `$1` first.
pub(super) fn statement(
    sql: impl Into<String>,
    values: impl IntoIterator<Item = Value>,
) -> Statement {
    Statement::from_sql_and_values(DbBackend::Postgres, sql, values)
}

/// What a failure of the database means for a queue.
#[expect(clippy::needless_pass_by_value, reason = "for `map_err`")]
pub(super) fn failure(error: DbErr) -> Error {
    // Class 42: the table is not there, not as it should be, or not ours to use.
    if state(&error).is_some_and(|state| state.starts_with("42")) {
        return Error::Misconfigured(format!("{error}; `coach migrate` makes the tables"));
    }
    // The rest may pass: the disk is full, the server is starting, two statements got in each other's way.
    Error::Unavailable(error.to_string())
}

/// <https://www.postgresql.org/docs/current/errcodes-appendix.html>
fn state(error: &DbErr) -> Option<String> {
    let (DbErr::Exec(RuntimeErr::SqlxError(cause)) | DbErr::Query(RuntimeErr::SqlxError(cause))) =
        error
    else {
        return None;
    };
    let SqlxError::Database(refusal) = cause.as_ref() else {
        return None;
    };
    refusal.code().map(Into::into)
}
