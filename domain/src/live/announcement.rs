//! What staff say of a session, and its rules.

use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};
use sea_orm::{ConnectionTrait, Value};
use serde_json::json;

use super::{AskForJob, LiveSession, LiveState, Publish};
use crate::{
    Result,
    audit::{self, Deed},
    command::{Obstacle, Refusal, UserError, Work, name},
    database,
    id::LiveSessionId,
};

/// When the waiting room opens before the start where nobody says.
pub(super) const WAITING_ROOM: TimeDelta = TimeDelta::minutes(15);

/// How long before the start it may open.
const LONGEST_WAIT: TimeDelta = TimeDelta::days(1);

/// How far ahead a session can be announced.
const AHEAD: TimeDelta = TimeDelta::days(366);

/// What staff say of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Announcement {
    pub(super) title: String,
    pub(super) coach: String,
    pub(super) starts_at: DateTime<Utc>,
    pub(super) waiting_room_opens_at: DateTime<Utc>,
    pub(super) video_job_id: Option<String>,
}

impl Announcement {
    /// The same, if it keeps the rules, as it is stored. `moved` says whether the start is new: one that has passed
    /// meanwhile may stay.
    ///
    /// # Errors
    ///
    /// `INVALID` for names that cannot be seen, and `OUT_OF_RANGE` for times.
    pub(super) fn checked(self, now: DateTime<Utc>, moved: bool) -> Result<Self, UserError> {
        if moved && self.starts_at <= now {
            return Err(UserError::new(Obstacle::StartPast, "startsAt"));
        }
        if moved && self.starts_at > now + AHEAD {
            return Err(UserError::new(Obstacle::StartFarAhead, "startsAt"));
        }
        if self.waiting_room_opens_at > self.starts_at {
            let obstacle = Obstacle::RoomAfterStart;
            return Err(UserError::new(obstacle, "waitingRoomOpensAt"));
        }
        if self.waiting_room_opens_at < self.starts_at - LONGEST_WAIT {
            let obstacle = Obstacle::RoomLongBefore;
            return Err(UserError::new(obstacle, "waitingRoomOpensAt"));
        }
        let job = self.video_job_id.as_deref().unwrap_or_default();
        if !job.chars().all(|c| c.is_ascii_graphic()) {
            let field = "videoJobId".to_owned();
            return Err(UserError::new(Obstacle::Form { field }, "videoJobId"));
        }
        Ok(Self {
            title: name(&self.title, "title")?,
            coach: name(&self.coach, "coach")?,
            // As Postgres keeps them.
            starts_at: self.starts_at.trunc_subsecs(6),
            waiting_room_opens_at: self.waiting_room_opens_at.trunc_subsecs(6),
            ..self
        })
    }

    /// The columns, behind the id, and the time.
    pub(super) fn values(&self, id: LiveSessionId, now: DateTime<Utc>) -> [Value; 7] {
        [
            id.into(),
            self.title.as_str().into(),
            self.coach.as_str().into(),
            self.starts_at.into(),
            self.waiting_room_opens_at.into(),
            self.video_job_id.as_deref().into(),
            now.into(),
        ]
    }
}

/// Refuses a job that another session has. Who takes it at the same time is waited for. The provider is asked how it
/// stands: its notifications may have come before we knew whose they are.
pub(super) async fn reserve_job(
    work: &mut Work<'_>,
    job: Option<&str>,
    id: LiveSessionId,
) -> Result<(), Refusal> {
    let Some(job) = job else { return Ok(()) };
    let db = work.transaction();
    let sql = "SELECT pg_advisory_xact_lock(hashtextextended('live_session ' || $1, 0))";
    let statement = database::statement(sql, [job.into()]);
    db.execute_raw(statement).await?;
    let sql = "SELECT FROM live_session WHERE video_job_id = $1 AND id <> $2";
    let statement = database::statement(sql, [job.into(), id.into()]);
    if db.query_one_raw(statement).await?.is_some() {
        return Err(UserError::new(Obstacle::JobTaken, "videoJobId").into());
    }
    work.owe(&AskForJob {
        job_id: job.to_owned(),
    })?;
    Ok(())
}

/// Refuses what has begun: its times are history.
pub(super) fn require_unstarted(session: &LiveSession) -> Result<(), UserError> {
    if session.state == LiveState::Scheduled {
        return Ok(());
    }
    Err(UserError::new(Obstacle::SessionStarted, "liveSessionId"))
}

/// Records who of the staff did it, and owes the status file what has changed.
pub(super) async fn record(
    work: &mut Work<'_>,
    action: &'static str,
    id: LiveSessionId,
) -> Result<()> {
    work.owe(&Publish {})?;
    let subject = work.subject();
    let deed = Deed {
        actor: &subject.subject,
        action,
        detail: json!({ "liveSession": id, "issuer": subject.issuer }),
    };
    audit::record(work.transaction(), &deed, work.now()).await
}
