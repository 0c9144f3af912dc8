//! Where the rows of a request come from.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use coach_domain::database::Session;

use crate::App;

/// Where rows come from.
pub(crate) struct Source {
    pub(crate) app: Arc<App>,
    /// The database, with the request's own count of statements.
    pub(crate) session: Session,
    /// When the request began.
    pub(crate) now: DateTime<Utc>,
}
