//! What a failure of the driver means.

use std::{io, time::Duration};

use sea_orm::{ConnAcquireErr, DbErr, RuntimeErr, SqlxError};

/// What a failure of the driver means for the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// Later it may work: there is no server, no connection, no room, or somebody else holds what is wanted.
    Unavailable,
    /// The server gave up on a statement.
    Timeout,
    /// Another transaction was in the way. All of the transaction can be tried again.
    Conflict,
    /// Ours, or what the database holds.
    Defect,
}

impl Failure {
    pub(crate) fn of(error: &DbErr) -> Self {
        match error {
            DbErr::Conn(_) => match driver(error) {
                Some(SqlxError::Database(refusal)) => {
                    match Self::of_state(refusal.code().as_deref()) {
                        // A password, a database that is not there.
                        Self::Defect => Self::Unavailable,
                        failure => failure,
                    }
                }
                _ => Self::Unavailable,
            },
            DbErr::ConnectionAcquire(_) => Self::Unavailable,
            _ => match driver(error) {
                Some(SqlxError::Database(refusal)) => Self::of_state(refusal.code().as_deref()),
                Some(cause) if is_lost(cause) => Self::Unavailable,
                Some(SqlxError::PoolTimedOut | SqlxError::PoolClosed) => Self::Unavailable,
                _ => Self::Defect,
            },
        }
    }

    /// <https://www.postgresql.org/docs/current/errcodes-appendix.html>
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
            // prepared statement of which the server knows otherwise than we do.
            "55P03" | "25006" | "25P03" | "25P02" | "26000" | "42P05" => Self::Unavailable,
            _ => match &state[..2.min(state.len())] {
                // Connections; resources; intervention by operators; faults of the system.
                "08" | "53" | "57" | "58" => Self::Unavailable,
                _ => Self::Defect,
            },
        }
    }
}

/// Whether a connection on which this happened must not be used again: it is broken, leads to a server that does not
/// take what we send, or is in a state that we do not know.
pub(super) fn breaks_connection(error: &SqlxError) -> bool {
    match error {
        SqlxError::Database(refusal) => {
            let state = refusal.code();
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

/// Whether the connection is to blame, so that on another one it may work.
pub(crate) fn is_of_connection(error: &DbErr) -> bool {
    driver(error).is_some_and(breaks_connection)
}

fn driver(error: &DbErr) -> Option<&SqlxError> {
    match error {
        DbErr::Conn(RuntimeErr::SqlxError(cause))
        | DbErr::Exec(RuntimeErr::SqlxError(cause))
        | DbErr::Query(RuntimeErr::SqlxError(cause)) => Some(cause),
        _ => None,
    }
}

pub(super) fn of_connecting(error: SqlxError) -> DbErr {
    match error {
        SqlxError::PoolTimedOut => DbErr::ConnectionAcquire(ConnAcquireErr::Timeout),
        SqlxError::PoolClosed => DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed),
        error => DbErr::Conn(RuntimeErr::SqlxError(error.into())),
    }
}

/// A server that says nothing.
pub(super) fn silence(limit: Duration) -> SqlxError {
    let message = format!("Postgres said nothing for {} ms", limit.as_millis());
    SqlxError::Io(io::Error::new(io::ErrorKind::TimedOut, message))
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;

    use sea_orm::{ConnAcquireErr, DbErr, RuntimeErr, SqlxError};

    use super::{Failure, is_of_connection};

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
    fn a_statement_that_was_given_up_is_a_timeout() {
        assert_eq!(Failure::of_state(Some("57014")), Failure::Timeout);
    }

    #[test]
    fn who_was_in_the_way_may_be_gone_the_next_time() {
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
    fn only_what_another_connection_may_mend_is_of_the_connection() {
        let broken = SqlxError::Io(ErrorKind::ConnectionReset.into());
        assert!(is_of_connection(&query(broken)));
        assert!(!is_of_connection(&query(SqlxError::RowNotFound)));
        let none_free = DbErr::ConnectionAcquire(ConnAcquireErr::Timeout);
        assert!(!is_of_connection(&none_free));
    }
}
