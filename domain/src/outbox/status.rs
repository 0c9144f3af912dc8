//! The backlog of the outbox.

use std::time::Duration;

use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;

use crate::{Result, database, queue::QueueName};

/// The backlog of the outbox at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Status {
    /// How many rows are not sent yet.
    pub unsent: i64,
    /// When the oldest of them was inserted, by the clock of the database.
    pub oldest_unsent_at: Option<DateTime<Utc>>,
    /// How long ago that was; zero without one.
    pub lag: Duration,
}

/// The age of the oldest message that is not sent yet, by the clock of the database; zero without one. Costs the same
/// however many there are.
pub async fn lag(db: &impl ConnectionTrait) -> Result<Duration> {
    let sql = "
        SELECT extract(epoch FROM clock_timestamp() - min(oldest.created_at))::float8
        FROM unnest($1::text[]) AS queue (name)
        CROSS JOIN LATERAL (
            SELECT created_at
            FROM outbox
            WHERE sent_at IS NULL AND queue = queue.name
            ORDER BY sequence
            LIMIT 1
        ) AS oldest";
    let queues = QueueName::all().map(|name| name.as_str().to_owned());
    let queues: Vec<_> = queues.collect();
    let row = db
        .query_one_raw(database::statement(sql, [queues.into()]))
        .await?;
    let seconds: Option<f64> = row.map_or(Ok(None), |row| row.try_get_by_index(0))?;
    Ok(duration(seconds))
}

/// Measures the backlog.
pub async fn status(db: &impl ConnectionTrait) -> Result<Status> {
    let sql = "
        SELECT count(*), min(created_at), extract(epoch FROM clock_timestamp() - min(created_at))::float8
        FROM outbox
        WHERE sent_at IS NULL";
    let row = db.query_one_raw(database::statement(sql, [])).await?;
    let Some(row) = row else {
        return Ok(Status::default());
    };
    Ok(Status {
        unsent: row.try_get_by_index(0)?,
        oldest_unsent_at: row.try_get_by_index(1)?,
        lag: duration(row.try_get_by_index(2)?),
    })
}

/// Negative seconds, which a message has when the clock of the database was set back, are none.
fn duration(seconds: Option<f64>) -> Duration {
    Duration::try_from_secs_f64(seconds.unwrap_or_default()).unwrap_or_default()
}
