//! The announcement of a session by staff, and its validation.

use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};
use sea_orm::{ConnectionTrait, Value};
use serde_json::json;

use super::{FetchVideoJob, LiveSession, LiveState, Publish};
use crate::{
    Result,
    audit::{self, AuditEntry},
    command::{CommandContext, CommandError, UserError, UserErrorReason, name},
    database,
    id::LiveSessionId,
};

/// How long before the start the waiting room opens by default.
pub(super) const DEFAULT_WAITING_ROOM_LEAD: TimeDelta = TimeDelta::minutes(15);

/// How long before the start the waiting room may open at most.
const MAX_WAITING_ROOM_LEAD: TimeDelta = TimeDelta::days(1);

/// How far ahead a session can be announced.
const MAX_LEAD_TIME: TimeDelta = TimeDelta::days(366);

/// The fields of a session that staff set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Announcement {
    pub(super) title: String,
    pub(super) coach: String,
    pub(super) starts_at: DateTime<Utc>,
    pub(super) waiting_room_opens_at: DateTime<Utc>,
    pub(super) video_job_id: Option<String>,
}

impl Announcement {
    /// Validates the announcement and normalizes it for storage. `start_changed` states whether the start is new: an
    /// unchanged start may have passed meanwhile.
    ///
    /// # Errors
    ///
    /// Those with the code `INVALID` for blank names and malformed job ids, and with `OUT_OF_RANGE` for times.
    pub(super) fn validated(
        self,
        now: DateTime<Utc>,
        start_changed: bool,
    ) -> Result<Self, UserError> {
        if start_changed && self.starts_at <= now {
            return Err(UserError::new(UserErrorReason::StartInPast, "startsAt"));
        }
        if start_changed && self.starts_at > now + MAX_LEAD_TIME {
            return Err(UserError::new(
                UserErrorReason::StartTooFarAhead,
                "startsAt",
            ));
        }
        if self.waiting_room_opens_at > self.starts_at {
            let reason = UserErrorReason::WaitingRoomAfterStart;
            return Err(UserError::new(reason, "waitingRoomOpensAt"));
        }
        if self.waiting_room_opens_at < self.starts_at - MAX_WAITING_ROOM_LEAD {
            let reason = UserErrorReason::WaitingRoomTooEarly;
            return Err(UserError::new(reason, "waitingRoomOpensAt"));
        }
        let job = self.video_job_id.as_deref().unwrap_or_default();
        if !job.chars().all(|c| c.is_ascii_graphic()) {
            let field = "videoJobId".to_owned();
            return Err(UserError::new(
                UserErrorReason::InvalidFormat { field },
                "videoJobId",
            ));
        }
        Ok(Self {
            title: name(&self.title, "title")?,
            coach: name(&self.coach, "coach")?,
            // The precision of Postgres.
            starts_at: self.starts_at.trunc_subsecs(6),
            waiting_room_opens_at: self.waiting_room_opens_at.trunc_subsecs(6),
            ..self
        })
    }

    /// The parameters `$1` to `$7` of the insert and the update: the id, the columns, and the current time.
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

/// Rejects a video job that another session has. The lock keeps others from taking it until the caller has stored it and
/// committed. Enqueues a lookup of
/// the job's state, since notifications of the provider may have arrived before the session had this job.
pub(super) async fn reserve_job(
    context: &mut CommandContext<'_>,
    job: Option<&str>,
    id: LiveSessionId,
) -> Result<(), CommandError> {
    let Some(job) = job else { return Ok(()) };
    let db = context.transaction();
    let sql = "SELECT pg_advisory_xact_lock(hashtextextended('live_session ' || $1, 0))";
    let statement = database::statement(sql, [job.into()]);
    db.execute_raw(statement).await?;
    let sql = "SELECT FROM live_session WHERE video_job_id = $1 AND id <> $2";
    let statement = database::statement(sql, [job.into(), id.into()]);
    if db.query_one_raw(statement).await?.is_some() {
        return Err(UserError::new(UserErrorReason::VideoJobTaken, "videoJobId").into());
    }
    context.enqueue(&FetchVideoJob {
        job_id: job.to_owned(),
    })?;
    Ok(())
}

/// Rejects a session that has started: its times are history.
pub(super) fn require_unstarted(session: &LiveSession) -> Result<(), UserError> {
    if session.state == LiveState::Scheduled {
        return Ok(());
    }
    Err(UserError::new(
        UserErrorReason::SessionStarted,
        "liveSessionId",
    ))
}

/// Writes the audit entry of the change, and enqueues the publication of the status file.
pub(super) async fn record(
    context: &mut CommandContext<'_>,
    action: &'static str,
    id: LiveSessionId,
) -> Result<()> {
    context.enqueue(&Publish {})?;
    let subject = context.subject();
    let entry = AuditEntry {
        actor: subject.into(),
        action,
        detail: json!({ "liveSession": id }),
    };
    audit::record(context.transaction(), &entry, context.now()).await
}
