//! The live stream, the list of live sessions, and their mutations for staff.

use chrono::{DateTime, Utc};
use coach_domain::{
    Error as Domain,
    command::{Command, UserError},
    id::{self, LiveSessionId, OpaqueId as _},
    live::{
        self, CancelLiveSession, LiveSession, LiveState, RescheduleLiveSession, ScheduleLiveSession,
    },
    page::Page,
    url::Url,
};

use crate::{Error, RequestContext, Resolvers, arguments, mutation, page, patch::patch, query};

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
        let app = context.app();
        let cached = app.live.get().await.ok_or(Domain::LiveStatusUnavailable)?;
        let status = cached.status.as_deref();
        let state = status.and_then(|status| status.state).map(LiveState::from);
        let now = app.services.clock.now();
        // The last byte of a UUID of version 7 is random.
        let random = id::new_v7(now).as_bytes()[15];
        let poll_after = status.map_or(DEFAULT_POLL_SECONDS, |status| {
            status.poll_after(now, random)
        });
        Ok(Some(LiveStream {
            is_live: state == Some(LiveState::Live),
            state,
            session: status.and_then(live::Status::live_session),
            started_at: status.and_then(|status| status.started_at),
            playback_url: status.and_then(|status| status.playback_url.clone()),
            status_url: app.services.status_url.clone(),
            poll_after_seconds: i32::try_from(poll_after).unwrap_or(i32::MAX),
            updated_at: status.map_or(cached.read_at, |status| status.updated_at),
            read_at: cached.read_at,
        }))
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

/// Executes a command. Returns the session afterwards, or the user error.
async fn change<C: Command<Output = LiveSessionId>>(
    context: &RequestContext,
    key: &str,
    command: C,
) -> Result<(Option<LiveSession>, Vec<UserError>), Error> {
    Ok(match context.execute(key, None, command).await? {
        Ok(id) => (find(context, id).await?, Vec::new()),
        Err(error) => (None, vec![error]),
    })
}

macro_rules! payloads {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Default)]
        pub struct $name {
            pub(crate) live_session: Option<LiveSession>,
            pub(crate) user_errors: Vec<UserError>,
        }

        impl From<(Option<LiveSession>, Vec<UserError>)> for $name {
            fn from((live_session, user_errors): (Option<LiveSession>, Vec<UserError>)) -> Self {
                Self { live_session, user_errors }
            }
        }
    )+};
}

payloads! {
    /// `ScheduleLiveSessionPayload`.
    ScheduleLiveSessionPayload,
    /// `RescheduleLiveSessionPayload`.
    RescheduleLiveSessionPayload,
    /// `CancelLiveSessionPayload`.
    CancelLiveSessionPayload,
}

fn unknown_session() -> (Option<LiveSession>, Vec<UserError>) {
    (None, vec![UserError::unknown("liveSessionId")])
}

impl mutation::ScheduleLiveSession for Resolvers {
    type Value = ScheduleLiveSessionPayload;

    async fn resolve(
        context: &RequestContext,
        arguments: &arguments::MutationScheduleLiveSession,
    ) -> Result<Self::Value, Error> {
        let input = &arguments.input;
        let opens_at: Option<&DateTime<Utc>> = input.waiting_room_opens_at.value();
        let command = ScheduleLiveSession {
            title: input.title.clone(),
            coach: input.coach.clone(),
            starts_at: input.starts_at,
            waiting_room_opens_at: opens_at.copied(),
            video_job_id: input.video_job_id.value().cloned(),
        };
        Ok(change(context, &input.idempotency_key, command)
            .await?
            .into())
    }
}

impl mutation::RescheduleLiveSession for Resolvers {
    type Value = RescheduleLiveSessionPayload;

    async fn resolve(
        context: &RequestContext,
        arguments: &arguments::MutationRescheduleLiveSession,
    ) -> Result<Self::Value, Error> {
        let input = &arguments.input;
        let Some(live_session) = LiveSessionId::decode(&input.live_session_id) else {
            return Ok(unknown_session().into());
        };
        let command = RescheduleLiveSession {
            live_session,
            title: patch(&input.title),
            coach: patch(&input.coach),
            starts_at: patch(&input.starts_at),
            waiting_room_opens_at: patch(&input.waiting_room_opens_at),
            video_job_id: patch(&input.video_job_id),
        };
        Ok(change(context, &input.idempotency_key, command)
            .await?
            .into())
    }
}

impl mutation::CancelLiveSession for Resolvers {
    type Value = CancelLiveSessionPayload;

    async fn resolve(
        context: &RequestContext,
        arguments: &arguments::MutationCancelLiveSession,
    ) -> Result<Self::Value, Error> {
        let input = &arguments.input;
        let Some(live_session) = LiveSessionId::decode(&input.live_session_id) else {
            return Ok(unknown_session().into());
        };
        let command = CancelLiveSession { live_session };
        Ok(change(context, &input.idempotency_key, command)
            .await?
            .into())
    }
}
