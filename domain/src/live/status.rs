//! The status file: what is on at this moment, or comes next, as a small document for everybody.
//! `schema/live-status.schema.json` is its JSON schema.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ConnectionTrait, FromQueryResult, QueryResult};
use serde::{Deserialize, Serialize};

use super::{LiveSession, LiveState, find::COLUMNS};
use crate::{
    Error, Result,
    clock::whole_second,
    database,
    id::{LiveSessionId, OpaqueId as _},
    url::Url,
};

/// The document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Status {
    /// Only grows.
    pub version: i64,
    /// Where the session stands; `None` when none was ever announced.
    pub state: Option<FileState>,
    /// What is on, comes next or was the last; `None` when none was ever announced.
    pub session: Option<StatusSession>,
    /// When the picture came on.
    pub started_at: Option<DateTime<Utc>>,
    /// When it was over.
    pub ended_at: Option<DateTime<Utc>>,
    /// The stream to play; `None` unless it is live.
    pub playback_url: Option<Url>,
    /// The recording.
    pub replay_url: Option<Url>,
    /// When this state came about.
    pub updated_at: DateTime<Utc>,
    /// How often to ask, by time, the earliest first; never empty.
    pub polling: Vec<Polling>,
}

/// [`LiveState`], as the file has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FileState {
    /// Announced, and not on yet.
    Scheduled,
    /// On air.
    Live,
    /// Over as intended.
    Ended,
    /// Broken off, or never came on.
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

/// The session, as the file has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StatusSession {
    /// As in the API.
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

/// How often to ask from a moment on, until that of the next entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Polling {
    /// From when.
    pub from: DateTime<Utc>,
    /// Seconds from one request to the next.
    pub every_seconds: u32,
    /// Up to so many seconds are added to each, by chance, so that not all ask at once.
    pub jitter_seconds: u32,
}

/// What apps do when there is nothing to wait for.
const IDLE: (u32, u32) = (300, 120);

impl Status {
    /// The session, as the API has it.
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

    /// How long to wait before asking again, in whole seconds of at least one. `chance` is another for each who asks. Nobody sleeps through a time from which on it pays to ask more often.
    pub fn poll_after(&self, now: DateTime<Utc>, chance: u8) -> u32 {
        let jitter =
            |polling: &Polling| polling.jitter_seconds * u32::from(chance) / u32::from(u8::MAX);
        let behind = self.polling.partition_point(|polling| polling.from <= now);
        let Some(current) = self.polling.get(behind.saturating_sub(1)) else {
            return IDLE.0;
        };
        let mut wait = current.every_seconds + jitter(current);
        if let Some(next) = self.polling.get(behind.max(1)) {
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
        let updated_at = whole_second(updated_at);
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
                polling: vec![polling(updated_at, IDLE)],
            };
        };
        session.starts_at = whole_second(session.starts_at);
        session.waiting_room_opens_at = whole_second(session.waiting_room_opens_at);
        Self {
            version,
            state: Some(session.state.into()),
            polling: advice(&session, updated_at),
            started_at: session.started_at.map(whole_second),
            ended_at: session.ended_at.map(whole_second),
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

fn advice(session: &LiveSession, since: DateTime<Utc>) -> Vec<Polling> {
    match session.state {
        LiveState::Scheduled => {
            let steps = [
                (since, (1_800, 600)),
                (session.starts_at - TimeDelta::days(1), IDLE),
                (session.waiting_room_opens_at, (15, 5)),
                (session.starts_at - TimeDelta::minutes(1), (3, 2)),
                // Late, and then very late.
                (session.starts_at + TimeDelta::minutes(10), (10, 5)),
                (session.starts_at + TimeDelta::hours(1), (60, 30)),
            ];
            let mut steps: Vec<_> = steps.map(|(from, how)| polling(from, how)).into();
            // Where the waiting room opens a day ahead, or in the last minute, some steps have no time of their own.
            for place in (0..steps.len() - 1).rev() {
                steps[place].from = steps[place].from.min(steps[place + 1].from);
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

/// The document as it follows from the rows now.
pub async fn status(db: &impl ConnectionTrait) -> Result<Status> {
    // One statement sees one state. What is on air goes before what has just been, and that before what comes.
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
    let row = row.ok_or_else(|| Error::Invariant("no state of live sessions".to_owned()))?;
    let session = session(&row)?;
    Ok(Status::new(
        row.try_get("", "version")?,
        row.try_get("", "latest")?,
        session,
    ))
}

fn session(row: &QueryResult) -> Result<Option<LiveSession>> {
    let there: Option<LiveSessionId> = row.try_get("", "id")?;
    Ok(there
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
    fn apps_ask_seldom_when_the_start_is_far_and_often_when_it_is_near() {
        let day = 24 * 60;
        let status = scheduled(10 * day, 10 * day - 15);
        let waits = [0, 9 * day + 1, 10 * day - 14, 10 * day, 10 * day + 20]
            .map(|minute| status.poll_after(at(minute), 0));
        assert_eq!(waits, [1_800, 300, 15, 3, 10]);
        // Before the file is known to hold.
        assert_eq!(status.poll_after(at(-5), 0), 1_800);
    }

    #[test]
    fn nobody_sleeps_through_the_opening_of_the_waiting_room() {
        let status = scheduled(60, 45);
        let at_the_opening = [0, 153, 255].map(|chance| status.poll_after(at(44), chance));
        assert_eq!(at_the_opening, [61, 64, 66]);
        let just_before = at(45) - TimeDelta::milliseconds(200);
        assert_eq!(status.poll_after(just_before, 0), 1);
    }

    #[test]
    fn steps_come_one_after_the_other_whenever_the_waiting_room_opens() {
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
