//! What the video provider says of its jobs.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, FromQueryResult as _};
use serde::{Deserialize, Serialize};

use super::{Fact, LiveSession, fact::learn, find::COLUMNS};
use crate::{
    Result, database,
    outbox::{Effects, Payload},
    queue::QueueName,
};

/// The provider is to be asked how a job stands.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AskForJob {
    /// What the provider calls it.
    pub job_id: String,
}

impl Payload for AskForJob {
    const QUEUE: QueueName = QueueName::Live;
    const KIND: &'static str = "live.ask-for-job";
}

/// What came of what a provider said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Learnt {
    /// Something new.
    New,
    /// All of it was known, or the session was called off.
    Nothing,
    /// No session has this job.
    NoSession,
}

/// Takes over what is known of a job. To be called in a transaction, with the effects that it owes.
pub async fn learn_of_job(
    db: &impl ConnectionTrait,
    effects: &mut Effects,
    job: &str,
    facts: &[Fact],
) -> Result<Learnt> {
    let sql = format!("SELECT {COLUMNS} FROM live_session WHERE video_job_id = $1 FOR UPDATE");
    let statement = database::statement(&sql, [job.into()]);
    let Some(session) = LiveSession::find_by_statement(statement).one(db).await? else {
        return Ok(Learnt::NoSession);
    };
    Ok(if learn(db, effects, &session, facts).await? {
        Learnt::New
    } else {
        Learnt::Nothing
    })
}

/// The jobs of sessions that may be on at a moment: should a notification be lost, asking finds out.
pub async fn jobs_on_air(db: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<Vec<String>> {
    let sql = "
        SELECT video_job_id
        FROM live_session
        WHERE video_job_id IS NOT NULL AND cancelled_at IS NULL
            AND (state = 'LIVE' OR (state = 'SCHEDULED' AND waiting_room_opens_at <= $1))
        ORDER BY starts_at, id
        LIMIT 20";
    let rows = db
        .query_all_raw(database::statement(sql, [now.into()]))
        .await?;
    let jobs = rows.iter().map(|row| Ok(row.try_get_by_index(0)?));
    jobs.collect()
}
