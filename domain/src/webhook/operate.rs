//! What operators see of events, and how they have one worked on again.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, FromQueryResult};
use uuid::Uuid;

use super::{EventState, Source};
use crate::{Result, database, outbox::Effects};

/// An event without what is in it.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Brief {
    /// The row.
    pub id: Uuid,
    /// Who sent it.
    pub source: Source,
    /// By what the source knows a repeated one.
    pub event_id: String,
    /// What the source calls such events.
    pub kind: String,
    /// When it came.
    pub received_at: DateTime<Utc>,
    /// What became of it.
    pub state: EventState,
    /// Why.
    pub detail: Option<String>,
}

/// The newest events, newest first; those of one source or state alone where one is given.
pub async fn latest(
    db: &impl ConnectionTrait,
    source: Option<Source>,
    state: Option<EventState>,
    most: u32,
) -> Result<Vec<Brief>> {
    let sql = "
        SELECT id, source, event_id, kind, received_at, state, detail
        FROM webhook_event
        WHERE ($1::text IS NULL OR source = $1) AND ($2::text IS NULL OR state = $2)
        ORDER BY received_at DESC, id DESC
        LIMIT $3";
    let values = [source.into(), state.into(), i64::from(most).into()];
    let statement = database::statement(sql, values);
    Ok(Brief::find_by_statement(statement).all(db).await?)
}

/// Has an event worked on again; `None` where there is none with this id. To be called in a transaction, with the
/// effects that it owes.
pub async fn replay(
    db: &impl ConnectionTrait,
    effects: &mut Effects,
    id: Uuid,
) -> Result<Option<Brief>> {
    let sql = "
        UPDATE webhook_event
        SET state = 'RECEIVED', detail = NULL, settled_at = NULL
        WHERE id = $1
        RETURNING id, source, event_id, kind, received_at, state, detail";
    let statement = database::statement(sql, [id.into()]);
    let found = Brief::find_by_statement(statement).one(db).await?;
    if let Some(event) = &found {
        event.source.owe(effects, id)?;
    }
    Ok(found)
}
