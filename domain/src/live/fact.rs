//! What happens to sessions. Facts form a set that only grows, and everything else follows from the set: whichever
//! order they come in, and however often, the session ends up the same.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, Value};
use serde::Serialize;

use super::LiveSession;
use crate::{Result, database, outbox::Effects, outbox::Payload, queue::QueueName, url::Url};

/// Something that happened to a session.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Fact {
    /// What.
    pub kind: FactKind,
    /// When.
    pub at: DateTime<Utc>,
}

/// What can happen.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum FactKind {
    /// The picture came on.
    Live,
    /// It was over as intended.
    Ended,
    /// It broke off, or it was clear that it would never come on.
    Failed,
    /// The stream can be played there.
    Playback(Url),
    /// The recording can be played there.
    Replay(Url),
    /// It made room for the next in the status file.
    Shelved,
}

impl FactKind {
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

/// The status file is to follow what has changed.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Publish {}

impl Payload for Publish {
    const QUEUE: QueueName = QueueName::Live;
    const KIND: &'static str = "live.publish";
}

/// Adds facts to a session whose row the caller has [locked](super::find::lock), and owes the status file what is new.
/// Says whether anything was new. A session that was called off learns nothing any more.
pub(crate) async fn learn(
    db: &impl ConnectionTrait,
    effects: &mut Effects,
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
    effects.owe(&Publish {})?;
    Ok(true)
}
