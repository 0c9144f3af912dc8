//! All that is stored about a member, for themselves (Articles 15 and 20 of the GDPR): asked for by a command, put
//! together in the background, and sent by mail.

mod archive;
mod expire;
mod fulfil;
mod request;

pub use archive::{Archive, archive};
pub use expire::{is_kept, remove_expired};
pub use fulfil::{Error, fulfil};
pub use request::{Asked, INTERVAL, RequestDataExport, Requested};

use chrono::TimeDelta;

/// How long an archive is kept for the mail that encloses it: longer than a dead letter, which may be sent again.
pub const KEPT_FOR: TimeDelta = TimeDelta::days(15);
