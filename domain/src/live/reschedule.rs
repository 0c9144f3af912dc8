//! Moving live sessions.

use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait as _;
use serde::Serialize;

use super::{
    LiveSession,
    announcement::{Announcement, WAITING_ROOM, record, require_unstarted, reserve_job},
    find::lock,
};
use crate::{
    command::{Command, Given, Obstacle, Refusal, UserError, Work},
    database,
    id::LiveSessionId,
};

/// Moves a live session that has not started, or changes how it is announced; what is absent stays.
#[derive(Clone, Debug, Serialize)]
pub struct RescheduleLiveSession {
    /// Which.
    pub live_session: LiveSessionId,
    /// Name to show, at most 120 characters.
    pub title: Given<String>,
    /// Name of the coach, at most 80 characters.
    pub coach: Given<String>,
    /// In the future, by at most a year.
    pub starts_at: Given<DateTime<Utc>>,
    /// Not after the start; absent, it keeps its distance, and null means 15 minutes.
    pub waiting_room_opens_at: Given<DateTime<Utc>>,
    /// What the video provider calls its job; of one session alone.
    pub video_job_id: Given<String>,
}

const ARGUMENT: &str = "liveSessionId";

impl Command for RescheduleLiveSession {
    const NAME: &'static str = "rescheduleLiveSession";
    const FOR_MEMBERS: bool = false;
    type Outcome = LiveSessionId;

    async fn run(&self, work: &mut Work<'_>) -> Result<LiveSessionId, Refusal> {
        let id = self.live_session;
        let found = lock(work.transaction(), id).await?;
        let found = found.ok_or_else(|| UserError::unknown(ARGUMENT))?;
        require_unstarted(&found)?;
        if found.cancelled_at.is_some() {
            return Err(UserError::new(Obstacle::SessionCancelled, ARGUMENT).into());
        }
        let was = found.starts_at;
        let announced = self.announcement(found)?;
        let moved = announced.starts_at != was;
        let announced = announced.checked(work.now(), moved)?;
        reserve_job(work, announced.video_job_id.as_deref(), id).await?;
        let sql = "
            UPDATE live_session
            SET title = $2, coach = $3, starts_at = $4, waiting_room_opens_at = $5, video_job_id = $6,
                revision = revision + 1, updated_at = GREATEST(updated_at, $7)
            WHERE id = $1";
        let statement = database::statement(sql, announced.values(id, work.now()));
        work.transaction().execute_raw(statement).await?;
        record(work, "live.reschedule", id).await?;
        Ok(id)
    }
}

impl RescheduleLiveSession {
    fn announcement(&self, was: LiveSession) -> Result<Announcement, UserError> {
        let starts_at = self.starts_at.or(was.starts_at, "startsAt")?;
        let opens_at = match self.waiting_room_opens_at {
            Given::Absent => starts_at - (was.starts_at - was.waiting_room_opens_at),
            Given::Null => starts_at - WAITING_ROOM,
            Given::Value(at) => at,
        };
        Ok(Announcement {
            title: self.title.or(was.title, "title")?,
            coach: self.coach.or(was.coach, "coach")?,
            starts_at,
            waiting_room_opens_at: opens_at,
            video_job_id: self.video_job_id.or_none(was.video_job_id),
        })
    }
}
