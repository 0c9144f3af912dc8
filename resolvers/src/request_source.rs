//! What the loaders of a request share.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use coach_domain::database::Session;

use crate::App;

/// Access to the database and the application for the loaders of a request.
pub(crate) struct RequestSource {
    pub(crate) app: Arc<App>,
    /// The database session, which counts the statements of the request.
    pub(crate) session: Session,
    /// The start of the request.
    pub(crate) now: DateTime<Utc>,
}
