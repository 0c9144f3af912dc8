//! Purchases of erased members, kept as long as accounting requires.

use chrono::Months;

use crate::database::Purge;

/// How long they are kept: ten years, as German commercial law requires for accounting records.
pub const ARCHIVE_RETENTION: Months = Months::new(120);

/// Deletes archived purchases, by when they were archived.
pub const ARCHIVE_PURGE: Purge = Purge::new("subscription_archive", "id", "archived_at");
