//! Announcing live sessions.

use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait as _;
use serde::Serialize;

use super::announcement::{Announcement, WAITING_ROOM, record, reserve_job};
use crate::{
    command::{Command, Refusal, Work},
    database,
    id::LiveSessionId,
};

/// Announces a live session.
#[derive(Clone, Debug, Serialize)]
pub struct ScheduleLiveSession {
    /// Name to show, at most 120 characters.
    pub title: String,
    /// Name of the coach, at most 80 characters.
    pub coach: String,
    /// In the future, by at most a year.
    pub starts_at: DateTime<Utc>,
    /// Not after `starts_at`; 15 minutes before where nothing is said.
    pub waiting_room_opens_at: Option<DateTime<Utc>>,
    /// What the video provider calls its job; of one session alone.
    pub video_job_id: Option<String>,
}

impl Command for ScheduleLiveSession {
    const NAME: &'static str = "scheduleLiveSession";
    const FOR_MEMBERS: bool = false;
    type Outcome = LiveSessionId;

    async fn run(&self, work: &mut Work<'_>) -> Result<LiveSessionId, Refusal> {
        let opens_at = self.waiting_room_opens_at;
        let announced = Announcement {
            title: self.title.clone(),
            coach: self.coach.clone(),
            starts_at: self.starts_at,
            waiting_room_opens_at: opens_at.unwrap_or(self.starts_at - WAITING_ROOM),
            video_job_id: self.video_job_id.clone(),
        };
        let announced = announced.checked(work.now(), true)?;
        let id = LiveSessionId(work.new_id());
        reserve_job(work, announced.video_job_id.as_deref(), id).await?;
        let sql = "
            INSERT INTO live_session
                (id, title, coach, starts_at, waiting_room_opens_at, video_job_id, state, revision, updated_at)
            VALUES ($1, $2, $3, $4, $5, $6, 'SCHEDULED', 1, $7)";
        let statement = database::statement(sql, announced.values(id, work.now()));
        work.transaction().execute_raw(statement).await?;
        record(work, "live.schedule", id).await?;
        Ok(id)
    }
}
