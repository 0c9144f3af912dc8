//! What can go wrong in the domain. `resolvers` maps it to codes of the API in
//! one place.

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
    /// The database did not answer in time, or not at all.
    #[error("the database is not available")]
    Unavailable(std::sync::Arc<sea_orm::DbErr>),
    /// The database refused a statement, or holds what it should not: a defect.
    #[error("the database gave an error")]
    Database(std::sync::Arc<sea_orm::DbErr>),
    /// Something that the rules exclude was met: a defect.
    #[error("{0}")]
    Invariant(String),
}

impl From<sea_orm::DbErr> for Error {
    fn from(error: sea_orm::DbErr) -> Self {
        use sea_orm::DbErr;
        match error {
            DbErr::ConnectionAcquire(_) | DbErr::Conn(_) => Self::Unavailable(error.into()),
            _ => Self::Database(error.into()),
        }
    }
}
