//! Stores received events.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, Value};
use tracing::Span;

use super::Source;
use crate::{
    Result, database, id,
    outbox::{self, OutboxBatch},
};

/// A received event whose authenticity has been verified.
#[derive(Clone, Debug)]
pub struct IncomingEvent<'a> {
    /// The sender.
    pub source: Source,
    /// The same for each repeat of an event from this sender: duplicates are recognized by it.
    pub event_id: &'a str,
    /// The sender's name for this type of event.
    pub kind: &'a str,
    /// The HTTP headers, without those that hold secrets.
    pub headers: serde_json::Value,
    /// The HTTP body, byte for byte.
    pub body: &'a [u8],
}

/// Stores an event and enqueues its processing, in one statement and so in one commit. Returns false for a duplicate.
/// After an error nothing is stored, unless only the response of the commit was lost; the source sends the event again.
pub async fn insert(
    db: &impl ConnectionTrait,
    incoming: &IncomingEvent<'_>,
    cause: &Span,
    now: DateTime<Utc>,
) -> Result<bool> {
    let event = id::new_v7(now);
    let mut outbox = OutboxBatch::new(None, now);
    incoming.source.enqueue(&mut outbox, event)?;
    let row = outbox::new_row(&outbox.messages()[0], cause)?;
    let sql = "
        WITH kept AS (
            INSERT INTO webhook_event (id, source, event_id, kind, received_at, headers, body, state)
            VALUES ($1, $2, $3, $4, $5, $6, $7, 'RECEIVED')
            ON CONFLICT (source, event_id) DO NOTHING
            RETURNING id
        )
        INSERT INTO outbox (id, queue, partition, message_group, envelope, created_at)
        SELECT $8, $9, $10, $11, $12, clock_timestamp()
        FROM kept";
    let values: [Value; 12] = [
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
        row.group.into(),
        row.envelope.into(),
    ];
    let inserted = db.execute_raw(database::statement(sql, values)).await?;
    let new = inserted.rows_affected() == 1;
    if new {
        outbox::notify_relays();
    }
    Ok(new)
}
