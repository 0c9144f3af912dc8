//! What can go wrong in the domain. `resolvers` maps it to codes of the API in
//! one place.

use std::sync::Arc;

use sea_orm::{DbErr, RuntimeErr, SqlxError};

use crate::queue;

/// A result of the domain.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a query or command did not succeed.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// The member's subscription does not give access to this.
    #[error("a subscription is needed for this")]
    SubscriptionRequired,
    /// An argument that its type allows but the rules do not.
    #[error("{0}")]
    BadInput(String),
    /// The viewer asks for more changes than one may.
    #[error("too many changes in a short time; try again in {retry_after} s")]
    RateLimited {
        /// Seconds until the next is taken.
        retry_after: u32,
    },
    /// This installation does not sell through that shop, so nobody can say what a purchase there is worth.
    #[error("this service does not sell through that shop")]
    ShopNotConfigured,
    /// A shop cannot be reached: later it may.
    #[error("the shop cannot be reached: {0}")]
    ShopUnavailable(String),
    /// The status file could never be read: later it may.
    #[error("whether something is on cannot be told at the moment; try again soon")]
    StatusUnknown,
    /// The database cannot be reached, or has no connection free: later it may.
    #[error("the database is not available")]
    Unavailable(#[source] Arc<DbErr>),
    /// The database gave up on a statement that took too long.
    #[error("the database took too long")]
    Timeout(#[source] Arc<DbErr>),
    /// The database refused a statement, or holds what it should not: a defect.
    #[error("the database gave an error")]
    Database(#[source] Arc<DbErr>),
    /// A queue did not do what it was asked.
    #[error("the queue gave an error")]
    Queue(#[from] queue::Error),
    /// Something that the rules exclude was met: a defect.
    #[error("{0}")]
    Invariant(String),
}

/// What a failure of the driver means for the caller.
#[derive(Debug, PartialEq, Eq)]
enum Meaning {
    Unavailable,
    Timeout,
    Defect,
}

impl Meaning {
    fn of(error: &DbErr) -> Self {
        match error {
            DbErr::Conn(RuntimeErr::SqlxError(cause))
            | DbErr::Exec(RuntimeErr::SqlxError(cause))
            | DbErr::Query(RuntimeErr::SqlxError(cause)) => match cause.as_ref() {
                SqlxError::Io(_)
                | SqlxError::Tls(_)
                | SqlxError::PoolTimedOut
                | SqlxError::PoolClosed
                | SqlxError::WorkerCrashed => Self::Unavailable,
                SqlxError::Database(refusal) => Self::of_state(refusal.code().as_deref()),
                _ if matches!(error, DbErr::Conn(_)) => Self::Unavailable,
                _ => Self::Defect,
            },
            DbErr::ConnectionAcquire(_) | DbErr::Conn(_) => Self::Unavailable,
            _ => Self::Defect,
        }
    }

    /// <https://www.postgresql.org/docs/current/errcodes-appendix.html>
    fn of_state(state: Option<&str>) -> Self {
        match state {
            // query_canceled: the statement timeout.
            Some("57014") => Self::Timeout,
            // admin_shutdown, crash_shutdown, cannot_connect_now,
            // too_many_connections.
            Some("57P01" | "57P02" | "57P03" | "53300") => Self::Unavailable,
            // Connection exceptions.
            Some(state) if state.starts_with("08") => Self::Unavailable,
            _ => Self::Defect,
        }
    }
}

impl From<DbErr> for Error {
    fn from(error: DbErr) -> Self {
        match Meaning::of(&error) {
            Meaning::Unavailable => Self::Unavailable(error.into()),
            Meaning::Timeout => Self::Timeout(error.into()),
            Meaning::Defect => Self::Database(error.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;

    use sea_orm::{ConnAcquireErr, DbErr, RuntimeErr, SqlxError};

    use super::Meaning;

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
        ];
        for error in errors {
            assert_eq!(Meaning::of(&error), Meaning::Unavailable, "{error}");
        }
        for state in ["57P01", "57P02", "57P03", "53300", "08000", "08006"] {
            let meaning = Meaning::of_state(Some(state));
            assert_eq!(meaning, Meaning::Unavailable, "{state}");
        }
    }

    #[test]
    fn a_statement_that_was_given_up_is_a_timeout() {
        assert_eq!(Meaning::of_state(Some("57014")), Meaning::Timeout);
    }

    #[test]
    fn everything_else_is_a_defect() {
        let errors = [
            query(SqlxError::RowNotFound),
            DbErr::Type("text".to_owned()),
        ];
        for error in errors {
            assert_eq!(Meaning::of(&error), Meaning::Defect, "{error}");
        }
        for state in [Some("23505"), Some("42P01"), Some("22021"), None] {
            assert_eq!(Meaning::of_state(state), Meaning::Defect, "{state:?}");
        }
    }
}
