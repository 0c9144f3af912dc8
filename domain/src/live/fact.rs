//! Facts about sessions. They form a set that only grows, and the state of a session is derived from its set of facts,
//! so it does not depend on their order, nor on duplicates.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, Value};
use serde::{Deserialize, Serialize};

use super::LiveSession;
use crate::{
    Result, database,
    outbox::{OutboxBatch, Payload},
    queue::QueueName,
    url::Url,
};

/// Something that happened to a session, at a time.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Fact {
    /// What happened.
    pub kind: FactKind,
    /// When it happened.
    pub at: DateTime<Utc>,
}

/// What can happen to a session.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum FactKind {
    /// The stream began.
    Live,
    /// The session ended normally.
    Ended,
    /// The session was aborted, or it is certain that it will never go live.
    Failed,
    /// The stream is available at this URL.
    Playback(Url),
    /// The recording is available at this URL.
    Replay(Url),
    /// The session is no longer shown in the status file, to make room for the next one.
    Shelved,
}

impl FactKind {
    /// The columns `kind` and `url`.
    fn columns(&self) -> (&'static str, &str) {
        match self {
            Self::Live => ("LIVE", ""),
            Self::Ended => ("ENDED", ""),
            Self::Failed => ("FAILED", ""),
            Self::Playback(url) => ("PLAYBACK", url.as_str()),
            Self::Replay(url) => ("REPLAY", url.as_str()),
            Self::Shelved => ("SHELVED", ""),
        }
    }
}

/// The message to publish the status file from the database.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Publish {}

impl Payload for Publish {
    const QUEUE: QueueName = QueueName::Live;
    const KIND: &'static str = "live.publish";
}

/// Adds facts to a session whose row the caller has [locked](super::find::lock), and enqueues the publication of the
/// status file if any of them are new. Returns whether any were new. Facts about a cancelled session are ignored.
pub(crate) async fn record_facts(
    db: &impl ConnectionTrait,
    outbox: &mut OutboxBatch,
    session: &LiveSession,
    facts: &[Fact],
) -> Result<bool> {
    if session.cancelled_at.is_some() {
        return Ok(false);
    }
    let (mut kinds, mut times, mut urls) = (Vec::new(), Vec::new(), Vec::new());
    for fact in facts {
        let (kind, url) = fact.kind.columns();
        kinds.push(kind.to_owned());
        times.push(fact.at);
        urls.push(url.to_owned());
    }
    let sql = "
        INSERT INTO live_fact (live_session_id, kind, at, url)
        SELECT $1, kind, at, url
        FROM unnest($2::text[], $3::timestamptz[], $4::text[]) AS fact (kind, at, url)
        ON CONFLICT DO NOTHING";
    let values: [Value; 4] = [session.id.into(), kinds.into(), times.into(), urls.into()];
    let inserted = db.execute_raw(database::statement(sql, values)).await?;
    if inserted.rows_affected() == 0 {
        return Ok(false);
    }
    let sql = "
        UPDATE live_session
        SET state = facts.state, started_at = facts.started_at, ended_at = facts.ended_at,
            playback_url = facts.playback_url, replay_url = facts.replay_url, shelved_at = facts.shelved_at,
            revision = revision + $2, updated_at = GREATEST(updated_at, facts.latest)
        FROM (
            SELECT
                CASE WHEN bool_or(kind = 'FAILED') THEN 'FAILED'
                     WHEN bool_or(kind = 'ENDED') THEN 'ENDED'
                     WHEN bool_or(kind = 'LIVE') THEN 'LIVE'
                     ELSE 'SCHEDULED' END AS state,
                min(at) FILTER (WHERE kind = 'LIVE') AS started_at,
                min(at) FILTER (WHERE kind IN ('ENDED', 'FAILED')) AS ended_at,
                (array_agg(url ORDER BY at DESC, url) FILTER (WHERE kind = 'PLAYBACK'))[1] AS playback_url,
                (array_agg(url ORDER BY at DESC, url) FILTER (WHERE kind = 'REPLAY'))[1] AS replay_url,
                min(at) FILTER (WHERE kind = 'SHELVED') AS shelved_at,
                max(at) AS latest
            FROM live_fact
            WHERE live_session_id = $1
        ) facts
        WHERE id = $1";
    let new = i64::try_from(inserted.rows_affected()).unwrap_or_default();
    let statement = database::statement(sql, [session.id.into(), new.into()]);
    db.execute_raw(statement).await?;
    outbox.enqueue(&Publish {})?;
    Ok(true)
}
