//! Classification of driver errors.

use std::{borrow::Cow, io, time::Duration};

use sea_orm::{ConnAcquireErr, DbErr, RuntimeErr, SqlxError};

/// The class of a driver error, for the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// A retry later may succeed: the server cannot be reached, no connection is free, a resource is exhausted, or
    /// another transaction holds a lock.
    Unavailable,
    /// The statement timeout.
    Timeout,
    /// A conflict with another transaction. The whole transaction can be retried.
    Conflict,
    /// A defect of this program or of the data.
    Defect,
}

impl Failure {
    pub(crate) fn of(error: &DbErr) -> Self {
        match error {
            DbErr::Conn(_) => match driver(error) {
                Some(SqlxError::Database(db_error)) => {
                    match Self::of_state(db_error.code().as_deref()) {
                        // For example a wrong password, or a database that does not exist: a retry succeeds once an
                        // operator has corrected it.
                        Self::Defect => Self::Unavailable,
                        failure => failure,
                    }
                }
                _ => Self::Unavailable,
            },
            DbErr::ConnectionAcquire(_) => Self::Unavailable,
            _ => match driver(error) {
                Some(SqlxError::Database(db_error)) => Self::of_state(db_error.code().as_deref()),
                Some(cause) if is_lost(cause) => Self::Unavailable,
                Some(SqlxError::PoolTimedOut | SqlxError::PoolClosed) => Self::Unavailable,
                _ => Self::Defect,
            },
        }
    }

    /// Classifies an SQLSTATE: <https://www.postgresql.org/docs/current/errcodes-appendix.html>
    fn of_state(state: Option<&str>) -> Self {
        let Some(state) = state else {
            return Self::Defect;
        };
        match state {
            // query_canceled: the statement timeout.
            "57014" => Self::Timeout,
            // serialization_failure, deadlock_detected.
            "40001" | "40P01" => Self::Conflict,
            // lock_not_available, read_only_sql_transaction, idle_in_transaction_session_timeout, and a transaction or
            // prepared statement whose state on the server differs from what we expect.
            "55P03" | "25006" | "25P03" | "25P02" | "26000" | "42P05" => Self::Unavailable,
            _ => match &state[..2.min(state.len())] {
                // connection_exception, insufficient_resources, operator_intervention, system_error.
                "08" | "53" | "57" | "58" => Self::Unavailable,
                _ => Self::Defect,
            },
        }
    }
}

/// Whether a connection must not be used again after this error: it is broken, its server rejects what we send, or its
/// state is unknown.
pub(super) fn breaks_connection(error: &SqlxError) -> bool {
    match error {
        SqlxError::Database(db_error) => {
            let state = db_error.code();
            let state = state.as_deref().unwrap_or_default();
            matches!(state, "25006" | "25P02" | "25P03" | "26000" | "42P05")
                || (state.starts_with("57") && state != "57014")
                || state.starts_with("08")
        }
        error => is_lost(error),
    }
}

fn is_lost(error: &SqlxError) -> bool {
    matches!(
        error,
        SqlxError::Io(_) | SqlxError::Tls(_) | SqlxError::Protocol(_) | SqlxError::WorkerCrashed
    )
}

/// Whether the connection caused the error, so that a retry on another connection may succeed.
pub(crate) fn is_connection_error(error: &DbErr) -> bool {
    driver(error).is_some_and(breaks_connection)
}

/// The SQLSTATE of an error that the server reported.
pub(crate) fn sql_state(error: &DbErr) -> Option<Cow<'_, str>> {
    driver(error)?.as_database_error()?.code()
}

fn driver(error: &DbErr) -> Option<&SqlxError> {
    match error {
        DbErr::Conn(RuntimeErr::SqlxError(cause))
        | DbErr::Exec(RuntimeErr::SqlxError(cause))
        | DbErr::Query(RuntimeErr::SqlxError(cause)) => Some(cause),
        _ => None,
    }
}

/// The error of a connection that could not be acquired or established.
pub(super) fn connect_error(error: SqlxError) -> DbErr {
    match error {
        SqlxError::PoolTimedOut => DbErr::ConnectionAcquire(ConnAcquireErr::Timeout),
        SqlxError::PoolClosed => DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed),
        error => DbErr::Conn(RuntimeErr::SqlxError(error.into())),
    }
}

/// The error when the server does not answer within `limit`.
pub(super) fn no_answer(limit: Duration) -> SqlxError {
    let message = format!("Postgres said nothing for {} ms", limit.as_millis());
    SqlxError::Io(io::Error::new(io::ErrorKind::TimedOut, message))
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;

    use sea_orm::{ConnAcquireErr, DbErr, RuntimeErr, SqlxError};

    use super::{Failure, is_connection_error};

    fn query(cause: SqlxError) -> DbErr {
        DbErr::Query(RuntimeErr::SqlxError(cause.into()))
    }

    #[test]
    fn a_database_that_is_away_is_unavailable() {
        let broken = SqlxError::Io(ErrorKind::BrokenPipe.into());
        let errors = [
            DbErr::ConnectionAcquire(ConnAcquireErr::Timeout),
            DbErr::Conn(RuntimeErr::Internal("no such host".to_owned())),
            query(broken),
            query(SqlxError::PoolTimedOut),
            query(SqlxError::WorkerCrashed),
            query(SqlxError::Protocol("nonsense".to_owned())),
        ];
        for error in errors {
            assert_eq!(Failure::of(&error), Failure::Unavailable, "{error}");
        }
        for state in [
            "08000", "08006", "25006", "25P03", "53100", "53200", "53300", "55P03", "57P01",
            "57P02", "57P03", "57P05", "58000", "58030",
        ] {
            let failure = Failure::of_state(Some(state));
            assert_eq!(failure, Failure::Unavailable, "{state}");
        }
    }

    #[test]
    fn a_canceled_statement_is_a_timeout() {
        assert_eq!(Failure::of_state(Some("57014")), Failure::Timeout);
    }

    #[test]
    fn serialization_failures_and_deadlocks_are_conflicts() {
        for state in ["40001", "40P01"] {
            assert_eq!(Failure::of_state(Some(state)), Failure::Conflict, "{state}");
        }
    }

    #[test]
    fn everything_else_is_a_defect() {
        let errors = [
            query(SqlxError::RowNotFound),
            DbErr::Type("text".to_owned()),
        ];
        for error in errors {
            assert_eq!(Failure::of(&error), Failure::Defect, "{error}");
        }
        for state in [Some("23505"), Some("42P01"), Some("22021"), Some("5"), None] {
            assert_eq!(Failure::of_state(state), Failure::Defect, "{state:?}");
        }
    }

    #[test]
    fn only_errors_that_another_connection_may_avoid_are_connection_errors() {
        let broken = SqlxError::Io(ErrorKind::ConnectionReset.into());
        assert!(is_connection_error(&query(broken)));
        assert!(!is_connection_error(&query(SqlxError::RowNotFound)));
        let none_free = DbErr::ConnectionAcquire(ConnAcquireErr::Timeout);
        assert!(!is_connection_error(&none_free));
    }
}
