//! The backlog of the outbox.

use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;

use crate::{Result, database};

/// The backlog of the outbox at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Status {
    /// How many rows are not sent yet.
    pub unsent: i64,
    /// When the oldest of them was inserted.
    pub oldest_unsent_at: Option<DateTime<Utc>>,
}

/// Measures the backlog.
pub async fn status(db: &impl ConnectionTrait) -> Result<Status> {
    let sql = "SELECT count(*), min(created_at) FROM outbox WHERE sent_at IS NULL";
    let row = db.query_one_raw(database::statement(sql, [])).await?;
    let Some(row) = row else {
        return Ok(Status::default());
    };
    Ok(Status {
        unsent: row.try_get_by_index(0)?,
        oldest_unsent_at: row.try_get_by_index(1)?,
    })
}
