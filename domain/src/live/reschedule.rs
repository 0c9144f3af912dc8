//! Rescheduling live sessions.

use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait as _;
use serde::Serialize;

use super::{
    LiveSession,
    announcement::{
        Announcement, DEFAULT_WAITING_ROOM_LEAD, record, require_unstarted, reserve_job,
    },
    find::lock,
};
use crate::{
    command::{Command, CommandContext, CommandError, Patch, UserError, UserErrorReason},
    database,
    id::LiveSessionId,
};

/// Changes the announcement of a live session that has not started. Absent fields are unchanged.
#[derive(Clone, Debug, Serialize)]
pub struct RescheduleLiveSession {
    /// The session.
    pub live_session: LiveSessionId,
    /// Name to show, at most 120 characters.
    pub title: Patch<String>,
    /// Name of the coach, at most 80 characters.
    pub coach: Patch<String>,
    /// The start: in the future, at most 366 days ahead.
    pub starts_at: Patch<DateTime<Utc>>,
    /// When the waiting room opens, at most a day before the start. Absent keeps the time before the start, null means
    /// 15 minutes before.
    pub waiting_room_opens_at: Patch<DateTime<Utc>>,
    /// The video provider's id of the job; unique among sessions.
    pub video_job_id: Patch<String>,
}

const ARGUMENT: &str = "liveSessionId";

impl Command for RescheduleLiveSession {
    const NAME: &'static str = "rescheduleLiveSession";
    const REQUIRES_MEMBER: bool = false;
    type Output = LiveSessionId;

    async fn run(&self, context: &mut CommandContext<'_>) -> Result<LiveSessionId, CommandError> {
        let id = self.live_session;
        let found = lock(context.transaction(), id).await?;
        let found = found.ok_or_else(|| UserError::unknown(ARGUMENT))?;
        require_unstarted(&found)?;
        if found.cancelled_at.is_some() {
            return Err(UserError::new(UserErrorReason::SessionCancelled, ARGUMENT).into());
        }
        let previous_start = found.starts_at;
        let announcement = self.announcement(found)?;
        let start_changed = announcement.starts_at != previous_start;
        let announcement = announcement.validated(context.now(), start_changed)?;
        reserve_job(context, announcement.video_job_id.as_deref(), id).await?;
        let sql = "
            UPDATE live_session
            SET title = $2, coach = $3, starts_at = $4, waiting_room_opens_at = $5, video_job_id = $6,
                revision = revision + 1, updated_at = GREATEST(updated_at, $7)
            WHERE id = $1";
        let statement = database::statement(sql, announcement.values(id, context.now()));
        context.transaction().execute_raw(statement).await?;
        record(context, "live.reschedule", id).await?;
        Ok(id)
    }
}

impl RescheduleLiveSession {
    fn announcement(&self, before: LiveSession) -> Result<Announcement, UserError> {
        let starts_at = self
            .starts_at
            .apply_required(before.starts_at, "startsAt")?;
        let opens_at = match self.waiting_room_opens_at {
            Patch::Absent => starts_at - (before.starts_at - before.waiting_room_opens_at),
            Patch::Null => starts_at - DEFAULT_WAITING_ROOM_LEAD,
            Patch::Value(at) => at,
        };
        Ok(Announcement {
            title: self.title.apply_required(before.title, "title")?,
            coach: self.coach.apply_required(before.coach, "coach")?,
            starts_at,
            waiting_room_opens_at: opens_at,
            video_job_id: self.video_job_id.apply(before.video_job_id),
        })
    }
}
