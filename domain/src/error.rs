//! Errors of the domain. `resolvers` maps them to the error codes of the API in one place.

use std::sync::Arc;

use sea_orm::DbErr;

use crate::{
    database::failure::{self, Failure},
    queue,
};

/// A result of the domain.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a query or command did not succeed.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// The member's subscription does not give access to this.
    #[error("a subscription is needed for this")]
    SubscriptionRequired,
    /// An argument is valid for its type but violates a rule.
    #[error("{0}")]
    BadInput(String),
    /// Like [`Error::BadInput`], with the name of the argument, such as `after` or `input.idempotencyKey`.
    #[error("{0}: {1}")]
    BadArgument(&'static str, String),
    /// The viewer has exceeded the rate limit for changes.
    #[error("too many changes in a short time; try again in {retry_after} s")]
    RateLimited {
        /// Seconds until the next change is accepted.
        retry_after: u32,
    },
    /// A shop cannot be reached at the moment.
    #[error("the shop cannot be reached: {0}")]
    ShopUnavailable(String),
    /// The status file of the live stream has not been read yet and cannot be read at the moment.
    #[error("the state of the live stream is not available at the moment; try again soon")]
    LiveStatusUnavailable,
    /// The database cannot be reached, or has no free connection at the moment.
    #[error("the database is not available")]
    Unavailable(#[source] Arc<DbErr>),
    /// The database cancelled a statement that took too long.
    #[error("the database took too long")]
    Timeout(#[source] Arc<DbErr>),
    /// Each attempt conflicted with other transactions.
    #[error("there are too many concurrent changes")]
    Conflict(#[source] Arc<DbErr>),
    /// The database rejected a statement, or contains invalid data: a defect.
    #[error("the database gave an error")]
    Database(#[source] Arc<DbErr>),
    /// An operation on a queue failed.
    #[error("the queue gave an error")]
    Queue(#[from] queue::Error),
    /// An invariant is violated: a defect.
    #[error("{0}")]
    Invariant(String),
}

impl Error {
    /// The message for operators: with the cause and its SQLSTATE, which responses to clients hide.
    pub fn message_with_cause(&self) -> String {
        match self {
            Self::Unavailable(cause)
            | Self::Timeout(cause)
            | Self::Conflict(cause)
            | Self::Database(cause) => match failure::sql_state(cause) {
                Some(state) => format!("{self} (SQLSTATE {state}: {cause})"),
                None => format!("{self} ({cause})"),
            },
            Self::Queue(cause) => cause.to_string(),
            error => error.to_string(),
        }
    }

    /// Whether the whole transaction can be retried immediately: it conflicted with another, or its connection broke.
    pub(crate) fn is_retryable(&self) -> bool {
        match self {
            Self::Conflict(_) => true,
            Self::Unavailable(cause) => failure::is_connection_error(cause),
            _ => false,
        }
    }
}

impl From<DbErr> for Error {
    fn from(error: DbErr) -> Self {
        match Failure::of(&error) {
            Failure::Unavailable => Self::Unavailable(error.into()),
            Failure::Timeout => Self::Timeout(error.into()),
            Failure::Conflict => Self::Conflict(error.into()),
            Failure::Defect => Self::Database(error.into()),
        }
    }
}
