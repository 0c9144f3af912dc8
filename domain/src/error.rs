//! What can go wrong in the domain. `resolvers` maps it to codes of the API in
//! one place.

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
    /// An argument that its type allows but the rules do not.
    #[error("{0}")]
    BadInput(String),
    /// The same for one argument, which is named, such as `after` or `input.idempotencyKey`.
    #[error("{0}: {1}")]
    BadArgument(&'static str, String),
    /// The viewer asks for more changes than one may.
    #[error("too many changes in a short time; try again in {retry_after} s")]
    RateLimited {
        /// Seconds until the next is taken.
        retry_after: u32,
    },
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
    /// Other transactions were in the way, each time that it was tried: later it may.
    #[error("too much is changed at the same time")]
    Conflict(#[source] Arc<DbErr>),
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

impl Error {
    /// Whether all of the transaction can be tried again at once: it met another, or its connection broke.
    pub(crate) fn may_be_gone_at_once(&self) -> bool {
        match self {
            Self::Conflict(_) => true,
            Self::Unavailable(cause) => failure::is_of_connection(cause),
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
