//! Stored events, and the result of their processing.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, FromQueryResult};
use uuid::Uuid;

use super::{EventState, Source};
use crate::{
    Result,
    database::{self, Purge},
};

/// A stored event, with its body.
#[derive(Clone, Debug, PartialEq, FromQueryResult)]
pub struct Event {
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
    /// The HTTP body, byte for byte.
    pub body: Vec<u8>,
    /// Whether it has been processed, and with which result.
    pub state: EventState,
}

/// The result of processing an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EventOutcome {
    /// Its content is applied, or was known already.
    Done,
    /// It is irrelevant for this service, for this reason.
    Ignored(String),
    /// It cannot be processed, for this reason.
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

/// Records the result of processing an event. To be called in the transaction that applies the event.
pub async fn record_outcome(
    db: &impl ConnectionTrait,
    id: Uuid,
    outcome: &EventOutcome,
    now: DateTime<Utc>,
) -> Result<()> {
    let (state, detail) = match outcome {
        EventOutcome::Done => (EventState::Done, None),
        EventOutcome::Ignored(why) => (EventState::Ignored, Some(why.as_str())),
        EventOutcome::Failed(why) => (EventState::Failed, Some(why.as_str())),
    };
    let sql = "
        UPDATE webhook_event
        SET state = $2, detail = $3, settled_at = $4
        WHERE id = $1";
    let values = [id.into(), state.into(), detail.into(), now.into()];
    db.execute_raw(database::statement(sql, values)).await?;
    Ok(())
}

/// Deletes events, by when they were received. Events hold personal data from shops, so they are kept only as long as
/// needed to correct failed processing.
pub const PURGE: Purge = Purge::new("webhook_event", "id", "received_at");
