//! The status file: a small public document with the session that is live or comes next.
//! `schema/live-status.schema.json` is its JSON schema.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ConnectionTrait, FromQueryResult, QueryResult};
use serde::{Deserialize, Serialize};

use super::{LiveSession, LiveState, find::COLUMNS};
use crate::{
    Error, Result,
    clock::truncate_to_second,
    database,
    id::{LiveSessionId, OpaqueId as _},
    url::Url,
};

/// The content of the status file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Status {
    /// The version, which only grows.
    pub version: i64,
    /// The state of the session; `None` if none was ever announced.
    pub state: Option<FileState>,
    /// The session that is live, comes next, or was the last; `None` if none was ever announced.
    pub session: Option<StatusSession>,
    /// When the stream began.
    pub started_at: Option<DateTime<Utc>>,
    /// When the session ended or failed.
    pub ended_at: Option<DateTime<Utc>>,
    /// The URL of the stream; `None` unless the session is live.
    pub playback_url: Option<Url>,
    /// The URL of the recording.
    pub replay_url: Option<Url>,
    /// When this state was reached.
    pub updated_at: DateTime<Utc>,
    /// The polling schedule, earliest step first; never empty.
    pub polling: Vec<Polling>,
}

/// [`LiveState`], in the notation of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FileState {
    /// Announced, not live yet.
    Scheduled,
    /// Being streamed.
    Live,
    /// Ended normally.
    Ended,
    /// Aborted, or never went live.
    Failed,
}

impl From<LiveState> for FileState {
    fn from(state: LiveState) -> Self {
        match state {
            LiveState::Scheduled => Self::Scheduled,
            LiveState::Live => Self::Live,
            LiveState::Ended => Self::Ended,
            LiveState::Failed => Self::Failed,
        }
    }
}

impl From<FileState> for LiveState {
    fn from(state: FileState) -> Self {
        match state {
            FileState::Scheduled => Self::Scheduled,
            FileState::Live => Self::Live,
            FileState::Ended => Self::Ended,
            FileState::Failed => Self::Failed,
        }
    }
}

/// The session, in the notation of the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StatusSession {
    /// The id, as in the API.
    pub id: String,
    /// Name to show.
    pub title: String,
    /// Name of the coach who leads it.
    pub coach: String,
    /// When it is to begin.
    pub starts_at: DateTime<Utc>,
    /// When the app may open its waiting room.
    pub waiting_room_opens_at: DateTime<Utc>,
}

/// A step of the polling schedule, which applies until the next step begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Polling {
    /// When the step begins.
    pub from: DateTime<Utc>,
    /// The interval between requests in seconds.
    pub every_seconds: u32,
    /// The maximum random delay in seconds that is added to each interval, to spread the load.
    pub jitter_seconds: u32,
}

/// Interval and jitter in seconds when no session is near.
const IDLE_POLLING: (u32, u32) = (300, 120);

impl Status {
    /// The session, as a [`LiveSession`].
    pub fn live_session(&self) -> Option<LiveSession> {
        let session = self.session.as_ref()?;
        Some(LiveSession {
            id: LiveSessionId::decode(&session.id)?,
            title: session.title.clone(),
            coach: session.coach.clone(),
            starts_at: session.starts_at,
            waiting_room_opens_at: session.waiting_room_opens_at,
            state: self.state?.into(),
            started_at: self.started_at,
            ended_at: self.ended_at,
            playback_url: self.playback_url.clone(),
            cancelled_at: None,
            video_job_id: None,
            replay_url: self.replay_url.clone(),
        })
    }

    /// How long a client should wait before the next request, in seconds, at least one. `random` should differ between
    /// clients and determines the jitter. The wait never extends much beyond the beginning of the next step.
    pub fn poll_after(&self, now: DateTime<Utc>, random: u8) -> u32 {
        let jitter =
            |polling: &Polling| polling.jitter_seconds * u32::from(random) / u32::from(u8::MAX);
        let begun = self.polling.partition_point(|polling| polling.from <= now);
        let Some(current) = self.polling.get(begun.saturating_sub(1)) else {
            return IDLE_POLLING.0;
        };
        let mut wait = current.every_seconds + jitter(current);
        if let Some(next) = self.polling.get(begun.max(1)) {
            let left = u32::try_from((next.from - now).num_seconds()).unwrap_or_default();
            wait = wait.min(left + 1 + jitter(next));
        }
        wait.max(1)
    }

    pub(super) fn new(
        version: i64,
        updated_at: DateTime<Utc>,
        session: Option<LiveSession>,
    ) -> Self {
        let updated_at = truncate_to_second(updated_at);
        let Some(mut session) = session else {
            return Self {
                version,
                state: None,
                session: None,
                started_at: None,
                ended_at: None,
                playback_url: None,
                replay_url: None,
                updated_at,
                polling: vec![polling(updated_at, IDLE_POLLING)],
            };
        };
        session.starts_at = truncate_to_second(session.starts_at);
        session.waiting_room_opens_at = truncate_to_second(session.waiting_room_opens_at);
        Self {
            version,
            state: Some(session.state.into()),
            polling: polling_schedule(&session, updated_at),
            started_at: session.started_at.map(truncate_to_second),
            ended_at: session.ended_at.map(truncate_to_second),
            playback_url: session
                .playback_url
                .filter(|_| session.state == LiveState::Live),
            replay_url: session.replay_url,
            updated_at,
            session: Some(StatusSession {
                id: session.id.encode(),
                title: session.title,
                coach: session.coach,
                starts_at: session.starts_at,
                waiting_room_opens_at: session.waiting_room_opens_at,
            }),
        }
    }
}

fn polling(from: DateTime<Utc>, (every_seconds, jitter_seconds): (u32, u32)) -> Polling {
    Polling {
        from,
        every_seconds,
        jitter_seconds,
    }
}

fn polling_schedule(session: &LiveSession, since: DateTime<Utc>) -> Vec<Polling> {
    match session.state {
        LiveState::Scheduled => {
            let steps = [
                (since, (1_800, 600)),
                (session.starts_at - TimeDelta::days(1), IDLE_POLLING),
                (session.waiting_room_opens_at, (15, 5)),
                (session.starts_at - TimeDelta::minutes(1), (3, 2)),
                // The session is late, and then very late.
                (session.starts_at + TimeDelta::minutes(10), (10, 5)),
                (session.starts_at + TimeDelta::hours(1), (60, 30)),
            ];
            let mut steps: Vec<_> = steps.map(|(from, timing)| polling(from, timing)).into();
            // If the waiting room opens a day before the start, or in the last minute, some steps coincide or overlap.
            for index in (0..steps.len() - 1).rev() {
                steps[index].from = steps[index].from.min(steps[index + 1].from);
            }
            steps.dedup_by(|later, earlier| {
                let same = later.from == earlier.from;
                if same {
                    *earlier = *later;
                }
                same
            });
            steps
        }
        LiveState::Live => vec![polling(since, (15, 10))],
        LiveState::Ended | LiveState::Failed => vec![polling(since, (60, 30))],
    }
}

/// The content of the status file according to the database.
pub async fn status(db: &impl ConnectionTrait) -> Result<Status> {
    // A single statement, for a consistent snapshot. A live session takes precedence over one that has just ended, and
    // that over the next one.
    let sql = format!(
        "
        SELECT COALESCE((SELECT version FROM live_raise), 0) + total.version AS version,
               COALESCE(total.updated_at, 'epoch') AS latest, session.*
        FROM (
            SELECT COALESCE(sum(revision), 0)::bigint AS version, max(updated_at) AS updated_at
            FROM live_session
        ) total
        LEFT JOIN LATERAL (
            SELECT {COLUMNS}
            FROM live_session
            WHERE cancelled_at IS NULL
            ORDER BY CASE WHEN state = 'LIVE' THEN 1
                          WHEN state IN ('ENDED', 'FAILED') AND shelved_at IS NULL THEN 2
                          WHEN state = 'SCHEDULED' THEN 3
                          ELSE 4 END,
                     CASE WHEN state = 'SCHEDULED' THEN starts_at END,
                     starts_at DESC,
                     id
            LIMIT 1
        ) session ON TRUE"
    );
    let row = db.query_one_raw(database::statement(&sql, [])).await?;
    let row = row.ok_or_else(|| {
        Error::Invariant("the query for the live status returned no row".to_owned())
    })?;
    let session = session(&row)?;
    Ok(Status::new(
        row.try_get("", "version")?,
        row.try_get("", "latest")?,
        session,
    ))
}

fn session(row: &QueryResult) -> Result<Option<LiveSession>> {
    let id: Option<LiveSessionId> = row.try_get("", "id")?;
    Ok(id
        .map(|_| LiveSession::from_query_result(row, ""))
        .transpose()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::minutes(minutes)
    }

    fn scheduled(starts: i64, opens: i64) -> Status {
        let session = LiveSession {
            id: LiveSessionId(uuid::Uuid::nil()),
            title: "Strength".to_owned(),
            coach: "Ada".to_owned(),
            starts_at: at(starts),
            waiting_room_opens_at: at(opens),
            state: LiveState::Scheduled,
            started_at: None,
            ended_at: None,
            playback_url: None,
            cancelled_at: None,
            video_job_id: None,
            replay_url: None,
        };
        Status::new(1, at(0), Some(session))
    }

    #[test]
    fn apps_poll_rarely_when_the_start_is_far_and_often_when_it_is_near() {
        let day = 24 * 60;
        let status = scheduled(10 * day, 10 * day - 15);
        let waits = [0, 9 * day + 1, 10 * day - 14, 10 * day, 10 * day + 20]
            .map(|minute| status.poll_after(at(minute), 0));
        assert_eq!(waits, [1_800, 300, 15, 3, 10]);
        // Before the first step begins.
        assert_eq!(status.poll_after(at(-5), 0), 1_800);
    }

    #[test]
    fn apps_poll_again_soon_after_the_waiting_room_opens() {
        let status = scheduled(60, 45);
        let at_the_opening = [0, 153, 255].map(|random| status.poll_after(at(44), random));
        assert_eq!(at_the_opening, [61, 64, 66]);
        let just_before = at(45) - TimeDelta::milliseconds(200);
        assert_eq!(status.poll_after(just_before, 0), 1);
    }

    #[test]
    fn steps_are_sorted_whenever_the_waiting_room_opens() {
        let day = 24 * 60;
        for opens in [3 * day, 2 * day, 3 * day - 1, 3 * day - 15] {
            let status = scheduled(3 * day, opens);
            let sorted = status.polling.is_sorted_by(|a, b| a.from < b.from);
            assert!(sorted, "{:?}", status.polling);
        }
        let started_when_announced = scheduled(0, 0);
        assert!(
            started_when_announced
                .polling
                .is_sorted_by(|a, b| a.from < b.from)
        );
    }
}
