//! Live sessions: workouts that a coach leads in front of the camera, watched by everybody at the same time.

mod announcement;
mod cancel;
mod fact;
mod find;
mod job;
mod operate;
mod publish;
mod read;
mod reschedule;
mod schedule;
mod status;
mod time;

use chrono::{DateTime, Utc};
use sea_orm::{DeriveActiveEnum, EnumIter, FromQueryResult};
use serde::{Deserialize, Serialize};

use crate::{id::LiveSessionId, preferences::stored_enum, url::Url};

pub use cancel::CancelLiveSession;
pub use fact::{Fact, FactKind, Publish};
pub use find::{find_all, page};
pub use job::{AskForJob, Learnt, jobs_on_air, learn_of_job};
pub use operate::{learn_by_hand, raise};
pub use publish::{ATTRIBUTES, KEY, PublishError, publish};
pub use read::{Reading, StatusCache, StatusFile};
pub use reschedule::RescheduleLiveSession;
pub use schedule::ScheduleLiveSession;
pub use status::{FileState, Polling, Status, StatusSession, status};
pub use time::pass as pass_time;

stored_enum! {
    /// Stages of a live session. They only ever go forward.
    LiveState {
        /// Announced, and not on yet.
        Scheduled = "SCHEDULED",
        /// On air.
        Live = "LIVE",
        /// Over as intended.
        Ended = "ENDED",
        /// Broken off, or never came on.
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
    /// Where it stands.
    pub state: LiveState,
    /// When the picture came on.
    pub started_at: Option<DateTime<Utc>>,
    /// When it was over.
    pub ended_at: Option<DateTime<Utc>>,
    /// The stream to play.
    pub playback_url: Option<Url>,
    /// When it was called off.
    pub cancelled_at: Option<DateTime<Utc>>,
    /// What the video provider calls its job.
    pub video_job_id: Option<String>,
    /// The recording.
    pub replay_url: Option<Url>,
}
