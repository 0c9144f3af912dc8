//! Data exports: an archive of all that is stored about a member (Articles 15 and 20 of the GDPR), requested by a
//! command, built in the background, and sent by mail.

mod archive;
mod expire;
mod fulfil;
mod request;

pub use archive::{Archive, archive};
pub use expire::{is_available, remove_expired};
pub use fulfil::{CONSUMER, Error, fulfil};
pub use request::{ExportRequested, ExportTask, REQUEST_INTERVAL, RequestDataExport};

use chrono::TimeDelta;

/// How long an archive is kept. The mail that attaches it may be redriven from the dead-letter queue, so it is longer
/// than the retention of dead letters.
pub const RETENTION: TimeDelta = TimeDelta::days(15);
