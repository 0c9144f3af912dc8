//! The live stream, the list of live sessions, and their mutations for staff.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use coach_domain::{
    Error as Domain,
    command::{UserError, UserErrorReason},
    id::{self, LiveSessionId},
    live::{
        self, CancelLiveSession, LiveSession, LiveState, PublishError, PublishLiveStatus,
        RescheduleLiveSession, ScheduleLiveSession, SessionUpdate, SetLiveSession, Status,
    },
    page::Page,
    url::Url,
};

use crate::{
    Error, MutationError, RequestContext, Resolvers, arguments,
    command::decode_public,
    input, mutation, page,
    patch::{optional, patch},
    payload::{
        CancelLiveSessionPayload, PublishLiveStatusPayload, RescheduleLiveSessionPayload,
        ScheduleLiveSessionPayload, SetLiveSessionPayload,
    },
    query,
};

/// `LiveStream`.
#[derive(Debug)]
pub struct LiveStream {
    pub(crate) is_live: bool,
    pub(crate) state: Option<LiveState>,
    pub(crate) session: Option<LiveSession>,
    pub(crate) started_at: Option<DateTime<Utc>>,
    pub(crate) playback_url: Option<Url>,
    pub(crate) status_url: Url,
    pub(crate) poll_after_seconds: i32,
    pub(crate) updated_at: DateTime<Utc>,
    pub(crate) read_at: DateTime<Utc>,
}

impl query::LiveStream for Resolvers {
    type Value = Option<LiveStream>;

    async fn resolve(context: &RequestContext) -> Result<Self::Value, Error> {
        let cached = context.app().live.get().await;
        let cached = cached.ok_or(Domain::LiveStatusUnavailable)?;
        let status = cached.status.as_deref();
        Ok(Some(LiveStream::new(context, status, cached.read_at)))
    }
}

impl LiveStream {
    /// The state that the status file has, which was read at a time.
    fn new(context: &RequestContext, status: Option<&Status>, read_at: DateTime<Utc>) -> Self {
        let app = context.app();
        let state = status.and_then(|status| status.state).map(LiveState::from);
        let now = app.clock.now();
        // The last byte of a UUID of version 7 is random.
        let random = id::new_v7(now).as_bytes()[15];
        let poll_after = status.map_or(DEFAULT_POLL_SECONDS, |status| {
            status.poll_after(now, random)
        });
        Self {
            is_live: state == Some(LiveState::Live),
            state,
            session: status.and_then(live::Status::live_session),
            started_at: status.and_then(|status| status.started_at),
            playback_url: status.and_then(|status| status.playback_url.clone()),
            status_url: app.status_url.clone(),
            poll_after_seconds: i32::try_from(poll_after).unwrap_or(i32::MAX),
            updated_at: status.map_or(read_at, |status| status.updated_at),
            read_at,
        }
    }
}

/// The polling interval in seconds before the status file has been written for the first time.
const DEFAULT_POLL_SECONDS: u32 = 300;

impl query::LiveSessions for Resolvers {
    type Value = Page<LiveSession>;

    async fn resolve(
        context: &RequestContext,
        arguments: &arguments::QueryLiveSessions,
    ) -> Result<Self::Value, Error> {
        let request = page::request(arguments.first, &arguments.after);
        Ok(live::page(context.session(), &request).await?)
    }
}

/// Finds a session by id.
pub(crate) async fn find(
    context: &RequestContext,
    id: LiveSessionId,
) -> Result<Option<LiveSession>, Error> {
    Ok(live::find_all(context.session(), &[id]).await?.pop())
}

impl mutation::ScheduleLiveSession for Resolvers {
    async fn resolve(
        context: &RequestContext,
        input: &input::ScheduleLiveSessionInput,
    ) -> Result<ScheduleLiveSessionPayload, MutationError> {
        let command = ScheduleLiveSession {
            title: input.title.clone(),
            coach: input.coach.clone(),
            starts_at: input.starts_at,
            waiting_room_opens_at: optional(&input.waiting_room_opens_at),
            video_job_id: optional(&input.video_job_id),
        };
        Ok(ScheduleLiveSessionPayload {
            live_session: context.change(input, command, find).await?,
            ..Default::default()
        })
    }
}

impl mutation::RescheduleLiveSession for Resolvers {
    async fn resolve(
        context: &RequestContext,
        input: &input::RescheduleLiveSessionInput,
    ) -> Result<RescheduleLiveSessionPayload, MutationError> {
        let command = RescheduleLiveSession {
            live_session: decode_public(&input.live_session_id, "liveSessionId")?,
            title: patch(&input.title),
            coach: patch(&input.coach),
            starts_at: patch(&input.starts_at),
            waiting_room_opens_at: patch(&input.waiting_room_opens_at),
            video_job_id: patch(&input.video_job_id),
        };
        Ok(RescheduleLiveSessionPayload {
            live_session: context.change(input, command, find).await?,
            ..Default::default()
        })
    }
}

impl mutation::CancelLiveSession for Resolvers {
    async fn resolve(
        context: &RequestContext,
        input: &input::CancelLiveSessionInput,
    ) -> Result<CancelLiveSessionPayload, MutationError> {
        let live_session = decode_public(&input.live_session_id, "liveSessionId")?;
        let command = CancelLiveSession { live_session };
        Ok(CancelLiveSessionPayload {
            live_session: context.change(input, command, find).await?,
            ..Default::default()
        })
    }
}

impl mutation::SetLiveSession for Resolvers {
    async fn resolve(
        context: &RequestContext,
        input: &input::SetLiveSessionInput,
    ) -> Result<SetLiveSessionPayload, MutationError> {
        let command = SetLiveSession {
            live_session: decode_public(&input.live_session_id, "liveSessionId")?,
            update: SessionUpdate {
                state: optional(&input.state),
                playback_url: optional(&input.playback_url),
                replay_url: optional(&input.replay_url),
            },
            dry_run: input.dry_run,
        };
        Ok(SetLiveSessionPayload {
            live_session: context.change(input, command, find).await?,
            ..Default::default()
        })
    }
}

impl mutation::PublishLiveStatus for Resolvers {
    async fn resolve(
        context: &RequestContext,
        input: &input::PublishLiveStatusInput,
    ) -> Result<PublishLiveStatusPayload, MutationError> {
        let app = context.app();
        let command = PublishLiveStatus {
            raise: input.raise,
            objects: Arc::clone(&app.objects),
        };
        context.execute(input, command).await?;
        // If this fails, the outbox message makes a worker publish the file.
        let published = live::publish(context.session(), &*app.objects).await;
        let status = published.map_err(|error| match error {
            PublishError::Domain(error) => error.into(),
            PublishError::Ahead { .. } => {
                UserError::new(UserErrorReason::StatusFileAhead, "raise").into()
            }
            error => {
                tracing::warn!(%error, "the status file cannot be written");
                MutationError::from(Domain::LiveStatusUnavailable)
            }
        })?;
        let stream = LiveStream::new(context, Some(&status), app.clock.now());
        Ok(PublishLiveStatusPayload {
            live_stream: Some(Arc::new(stream)),
            ..Default::default()
        })
    }
}
