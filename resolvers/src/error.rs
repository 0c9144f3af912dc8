//! Maps errors of the domain to errors of the API. The codes are listed in `docs/ERRORS.md`.

use coach_execution::{PathSegment, ResolverError};

/// An error of the domain, which is converted into an error of the API.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct Error(#[from] coach_domain::Error);

impl From<Error> for coach_domain::Error {
    fn from(Error(error): Error) -> Self {
        error
    }
}

impl From<Error> for ResolverError {
    fn from(Error(error): Error) -> Self {
        use coach_domain::Error as Domain;
        match &error {
            Domain::SubscriptionRequired => Self::new("SUBSCRIPTION_REQUIRED", error.to_string()),
            Domain::RateLimited { retry_after } => {
                Self::new("RATE_LIMITED", error.to_string()).with_retry_after(*retry_after)
            }
            Domain::ShopUnavailable(cause) => {
                tracing::warn!(error = %cause, "a shop is not available");
                Self::new(
                    "SERVICE_UNAVAILABLE",
                    "the shop cannot be reached; try again soon",
                )
            }
            Domain::LiveStatusUnavailable => Self::new("SERVICE_UNAVAILABLE", error.to_string()),
            Domain::BadInput(message) => Self::new("BAD_USER_INPUT", message.as_str()),
            Domain::BadArgument(argument, _) => Self::new("BAD_USER_INPUT", error.to_string())
                .with_argument_path(
                    argument
                        .split('.')
                        .map(|name| PathSegment::Field(name.to_owned())),
                ),
            Domain::Unavailable(cause) => {
                tracing::warn!(error = %cause, "the database is not available");
                Self::new(
                    "SERVICE_UNAVAILABLE",
                    "the service is not available; try again soon",
                )
            }
            Domain::Queue(coach_domain::queue::Error::Unavailable(cause)) => {
                tracing::warn!(error = cause, "the queue is not available");
                Self::new(
                    "SERVICE_UNAVAILABLE",
                    "the service is not available; try again soon",
                )
            }
            Domain::Queue(error) => {
                tracing::error!(%error, "a queue cannot be used");
                Self::internal("internal error")
            }
            Domain::Conflict(cause) => {
                tracing::warn!(error = %cause, "a transaction met others each time");
                Self::new("SERVICE_UNAVAILABLE", error.to_string())
            }
            Domain::Timeout(_) => Self::new("TIMEOUT", "this took too long"),
            Domain::Database(cause) => {
                tracing::error!(error = %cause, "a statement failed");
                Self::internal("internal error")
            }
            Domain::Invariant(message) => {
                tracing::error!(message, "a rule was found broken");
                Self::internal("internal error")
            }
        }
    }
}
