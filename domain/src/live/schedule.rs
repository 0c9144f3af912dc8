//! Scheduling live sessions.

use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait as _;
use serde::Serialize;

use super::announcement::{Announcement, DEFAULT_WAITING_ROOM_LEAD, record, reserve_job};
use crate::{
    command::{Command, CommandContext, CommandError},
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
    /// The start: in the future, at most 366 days ahead.
    pub starts_at: DateTime<Utc>,
    /// When the waiting room opens, at most a day before `starts_at`; 15 minutes before by default.
    pub waiting_room_opens_at: Option<DateTime<Utc>>,
    /// The video provider's id of the job; unique among sessions.
    pub video_job_id: Option<String>,
}

impl Command for ScheduleLiveSession {
    const NAME: &'static str = "scheduleLiveSession";
    const REQUIRES_MEMBER: bool = false;
    type Output = LiveSessionId;

    async fn run(&self, context: &mut CommandContext<'_>) -> Result<LiveSessionId, CommandError> {
        let opens_at = self.waiting_room_opens_at;
        let announcement = Announcement {
            title: self.title.clone(),
            coach: self.coach.clone(),
            starts_at: self.starts_at,
            waiting_room_opens_at: opens_at.unwrap_or(self.starts_at - DEFAULT_WAITING_ROOM_LEAD),
            video_job_id: self.video_job_id.clone(),
        };
        let announcement = announcement.validated(context.now(), true)?;
        let id = LiveSessionId(context.new_id());
        reserve_job(context, announcement.video_job_id.as_deref(), id).await?;
        let sql = "
            INSERT INTO live_session
                (id, title, coach, starts_at, waiting_room_opens_at, video_job_id, state, revision, updated_at)
            VALUES ($1, $2, $3, $4, $5, $6, 'SCHEDULED', 1, $7)";
        let statement = database::statement(sql, announcement.values(id, context.now()));
        context.transaction().execute_raw(statement).await?;
        record(context, "live.schedule", id).await?;
        Ok(id)
    }
}
