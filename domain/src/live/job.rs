//! Updates of the video provider's jobs.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, FromQueryResult as _};
use serde::{Deserialize, Serialize};

use super::{Fact, LiveSession, fact::record_facts, find::COLUMNS};
use crate::{
    Result, database,
    outbox::{OutboxBatch, Payload},
    queue::QueueName,
};

/// The message to fetch the state of a job from the video provider.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FetchVideoJob {
    /// The provider's id of the job.
    pub job_id: String,
}

impl Payload for FetchVideoJob {
    const QUEUE: QueueName = QueueName::Live;
    const KIND: &'static str = "live.ask-for-job";
}

/// The result of recording facts about a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobUpdate {
    /// At least one fact was new.
    New,
    /// All facts were known, or the session is cancelled.
    Unchanged,
    /// No session has this job.
    NoSession,
}

/// Records facts about a job. Must be called in a transaction, which must also insert the messages of `outbox`.
pub async fn record_job_facts(
    db: &impl ConnectionTrait,
    outbox: &mut OutboxBatch,
    job: &str,
    facts: &[Fact],
) -> Result<JobUpdate> {
    let sql = format!("SELECT {COLUMNS} FROM live_session WHERE video_job_id = $1 FOR UPDATE");
    let statement = database::statement(&sql, [job.into()]);
    let Some(session) = LiveSession::find_by_statement(statement).one(db).await? else {
        return Ok(JobUpdate::NoSession);
    };
    Ok(if record_facts(db, outbox, &session, facts).await? {
        JobUpdate::New
    } else {
        JobUpdate::Unchanged
    })
}

/// The jobs of sessions that may be live at a time. They are fetched periodically, in case a notification was lost.
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
