//! Keeping what came.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, Value};
use tracing::Span;

use super::Source;
use crate::{
    Result, database, id,
    outbox::{self, Effects},
};

/// An event that is known to be genuine.
#[derive(Clone, Debug)]
pub struct Incoming<'a> {
    /// Who sent it.
    pub source: Source,
    /// By what the source knows a repeated one.
    pub event_id: &'a str,
    /// What the source calls such events.
    pub kind: &'a str,
    /// Those that hold no secrets.
    pub headers: serde_json::Value,
    /// As it came.
    pub body: &'a [u8],
}

/// Keeps an event and owes the work on it, in one statement and so in one commit. False when it was kept before. When
/// this returns an error, nothing is kept, unless it is the commit whose answer was lost: the source sends it again.
pub async fn keep(
    db: &impl ConnectionTrait,
    incoming: &Incoming<'_>,
    cause: &Span,
    now: DateTime<Utc>,
) -> Result<bool> {
    let event = id::at(now);
    let mut effects = Effects::new(None, now);
    incoming.source.owe(&mut effects, event)?;
    let row = outbox::row(&effects.owed()[0], cause)?;
    let sql = "
        WITH kept AS (
            INSERT INTO webhook_event (id, source, event_id, kind, received_at, headers, body, state)
            VALUES ($1, $2, $3, $4, $5, $6, $7, 'RECEIVED')
            ON CONFLICT (source, event_id) DO NOTHING
            RETURNING id
        )
        INSERT INTO outbox (id, queue, partition, envelope, created_at)
        SELECT $8, $9, $10, $11, $5
        FROM kept";
    let values: [Value; 11] = [
        event.into(),
        incoming.source.as_str().into(),
        incoming.event_id.into(),
        incoming.kind.into(),
        now.into(),
        incoming.headers.clone().into(),
        incoming.body.to_vec().into(),
        row.id.into(),
        row.queue.as_str().into(),
        row.partition.into(),
        row.envelope.into(),
    ];
    let inserted = db.execute_raw(database::statement(sql, values)).await?;
    let new = inserted.rows_affected() == 1;
    if new {
        outbox::announce();
    }
    Ok(new)
}
