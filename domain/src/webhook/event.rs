//! Events as they are kept.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, FromQueryResult};
use uuid::Uuid;

use super::{EventState, Source};
use crate::{Result, database, database::Sweep};

/// An event, whole.
#[derive(Clone, Debug, PartialEq, FromQueryResult)]
pub struct Event {
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
    /// As it came.
    pub body: Vec<u8>,
    /// What became of it.
    pub state: EventState,
}

/// What the work on an event came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settled {
    /// What it says is taken over, or was known.
    Done,
    /// It says nothing that matters here: why.
    Ignored(String),
    /// It cannot be worked on: why.
    Failed(String),
}

/// The event with this id.
pub async fn find(db: &impl ConnectionTrait, id: Uuid) -> Result<Option<Event>> {
    let sql = "
        SELECT id, source, event_id, kind, received_at, body, state
        FROM webhook_event
        WHERE id = $1";
    let statement = database::statement(sql, [id.into()]);
    Ok(Event::find_by_statement(statement).one(db).await?)
}

/// Notes what became of an event; to be called in the transaction that takes it over.
pub async fn settle(
    db: &impl ConnectionTrait,
    id: Uuid,
    settled: &Settled,
    now: DateTime<Utc>,
) -> Result<()> {
    let (state, detail) = match settled {
        Settled::Done => (EventState::Done, None),
        Settled::Ignored(why) => (EventState::Ignored, Some(why.as_str())),
        Settled::Failed(why) => (EventState::Failed, Some(why.as_str())),
    };
    let sql = "
        UPDATE webhook_event
        SET state = $2, detail = $3, settled_at = $4
        WHERE id = $1";
    let values = [id.into(), state.into(), detail.into(), now.into()];
    db.execute_raw(database::statement(sql, values)).await?;
    Ok(())
}

/// Deletes at most `most` events that came before a moment, oldest first, and says how many. They hold what shops know
/// of their buyers, so they are not kept for longer than it takes to mend what went wrong.
pub async fn forget(db: &impl ConnectionTrait, before: DateTime<Utc>, most: u32) -> Result<u64> {
    let sweep = Sweep {
        table: "webhook_event",
        key: "id",
        age: "received_at",
    };
    sweep.run(db, before, most).await
}
