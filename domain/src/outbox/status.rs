//! The backlog of the outbox.

use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;

use crate::{Result, database, queue::QueueName};

/// The backlog of the outbox at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Status {
    /// How many rows are not sent yet.
    pub unsent: i64,
    /// When the oldest of them was inserted.
    pub oldest_unsent_at: Option<DateTime<Utc>>,
}

/// When the oldest message was inserted that is not sent yet. Costs the same however many there are.
pub async fn oldest_unsent_at(db: &impl ConnectionTrait) -> Result<Option<DateTime<Utc>>> {
    let sql = "
        SELECT min(oldest.created_at)
        FROM unnest($1::text[]) AS queue (name)
        CROSS JOIN LATERAL (
            SELECT created_at
            FROM outbox
            WHERE sent_at IS NULL AND queue = queue.name
            ORDER BY sequence
            LIMIT 1
        ) AS oldest";
    let queues: Vec<_> = QueueName::all()
        .map(|name| name.as_str().to_owned())
        .collect();
    let row = db
        .query_one_raw(database::statement(sql, [queues.into()]))
        .await?;
    Ok(row.map_or(Ok(None), |row| row.try_get_by_index(0))?)
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
