//! Live sessions: workouts that a coach leads on camera, streamed to all members at the same time.

mod announcement;
mod cancel;
mod due_changes;
mod fact;
mod find;
mod job;
mod operate;
mod publish;
mod read;
mod republish;
mod reschedule;
mod schedule;
mod set;
mod status;

use chrono::{DateTime, Utc};
use sea_orm::{DeriveActiveEnum, EnumIter, FromQueryResult};
use serde::{Deserialize, Serialize};

use crate::{enums::stored_enum, id::LiveSessionId, url::Url};

pub use cancel::CancelLiveSession;
pub use due_changes::apply_due_changes;
pub use fact::{Fact, FactKind, Publish};
pub use find::{find_all, page};
pub use job::{FetchVideoJob, JobUpdate, jobs_on_air, record_job_facts};
pub use operate::{raise_version, record_manual_facts};
pub use publish::{PublishError, STATUS_FILE_ATTRIBUTES, STATUS_FILE_KEY, publish};
pub use read::{CachedStatus, StatusCache, StatusFileReader};
pub use republish::{PublishLiveStatus, Republication, read_status_file, republish};
pub use reschedule::RescheduleLiveSession;
pub use schedule::ScheduleLiveSession;
pub use set::{SessionUpdate, SetLiveSession, SetSessionError, set};
pub use status::{FileState, Polling, Status, StatusSession, status};

stored_enum! {
    /// The state of a live session. States only go forward.
    LiveState {
        /// Announced, not live yet.
        Scheduled = "SCHEDULED",
        /// Being streamed.
        Live = "LIVE",
        /// Ended normally.
        Ended = "ENDED",
        /// Aborted, or never went live.
        Failed = "FAILED",
    }
}

/// A live session.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct LiveSession {
    /// The id.
    pub id: LiveSessionId,
    /// Name to show.
    pub title: String,
    /// Name of the coach who leads it.
    pub coach: String,
    /// When it is to begin.
    pub starts_at: DateTime<Utc>,
    /// When the app may open its waiting room; not after `starts_at`.
    pub waiting_room_opens_at: DateTime<Utc>,
    /// The state.
    pub state: LiveState,
    /// When the stream began.
    pub started_at: Option<DateTime<Utc>>,
    /// When the session ended or failed.
    pub ended_at: Option<DateTime<Utc>>,
    /// The URL of the stream.
    pub playback_url: Option<Url>,
    /// When it was cancelled.
    pub cancelled_at: Option<DateTime<Utc>>,
    /// The video provider's id of the job.
    pub video_job_id: Option<String>,
    /// The URL of the recording.
    pub replay_url: Option<Url>,
}
