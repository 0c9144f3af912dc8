//! Operator commands for events: listing and replaying them.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, FromQueryResult};
use uuid::Uuid;

use super::{EventState, Source};
use crate::{Result, database, id::uuid_array, outbox::OutboxBatch};

/// A stored event, without its body.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct EventSummary {
    /// The id of the row.
    pub id: Uuid,
    /// The sender.
    pub source: Source,
    /// The same for each repeat of an event from this sender: duplicates are recognized by it.
    pub event_id: String,
    /// The sender's name for this type of event.
    pub kind: String,
    /// When it was received.
    pub received_at: DateTime<Utc>,
    /// Whether it has been processed, and with which result.
    pub state: EventState,
    /// Why it was ignored or failed.
    pub detail: Option<String>,
}

/// The newest events, newest first; with `source` or `state`, only events of this source or state.
pub async fn latest(
    db: &impl ConnectionTrait,
    source: Option<Source>,
    state: Option<EventState>,
    limit: u32,
) -> Result<Vec<EventSummary>> {
    let sql = "
        SELECT id, source, event_id, kind, received_at, state, detail
        FROM webhook_event
        WHERE ($1::text IS NULL OR source = $1) AND ($2::text IS NULL OR state = $2)
        ORDER BY received_at DESC, id DESC
        LIMIT $3";
    let values = [source.into(), state.into(), i64::from(limit).into()];
    let statement = database::statement(sql, values);
    Ok(EventSummary::find_by_statement(statement).all(db).await?)
}

/// The events with these ids, in the order of the ids.
pub async fn find_all(db: &impl ConnectionTrait, ids: &[Uuid]) -> Result<Vec<EventSummary>> {
    let sql = "
        SELECT id, source, event_id, kind, received_at, state, detail
        FROM webhook_event
        WHERE id = ANY($1)";
    let statement = database::statement(sql, [uuid_array(ids.iter().copied())]);
    let mut found = EventSummary::find_by_statement(statement).all(db).await?;
    found.sort_by_key(|event| ids.iter().position(|id| *id == event.id));
    Ok(found)
}

/// Has an event processed again; `None` when there is no event with this id. To be called in a transaction, which also
/// inserts the messages of `outbox`.
pub async fn replay(
    db: &impl ConnectionTrait,
    outbox: &mut OutboxBatch,
    id: Uuid,
) -> Result<Option<EventSummary>> {
    let sql = "
        UPDATE webhook_event
        SET state = 'RECEIVED', detail = NULL, settled_at = NULL
        WHERE id = $1
        RETURNING id, source, event_id, kind, received_at, state, detail";
    let statement = database::statement(sql, [id.into()]);
    let found = EventSummary::find_by_statement(statement).one(db).await?;
    if let Some(event) = &found {
        event.source.enqueue(outbox, id)?;
    }
    Ok(found)
}
