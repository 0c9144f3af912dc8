//! What the context of a request and its loaders share.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use coach_domain::database::Session;

use crate::App;

/// The application, the database session and the start of a request.
pub(crate) struct RequestResources {
    pub(crate) app: Arc<App>,
    /// The database session, which counts the statements of the request.
    pub(crate) session: Session,
    /// The start of the request.
    pub(crate) now: DateTime<Utc>,
}
