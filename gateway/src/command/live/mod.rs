//! `coach live`: showing and setting the state of live sessions.

mod publish;
mod set;
mod show;

use std::sync::Arc;

use coach_domain::{
    clock::{Clock as _, SystemClock},
    database::Session,
    live::{STATUS_FILE_KEY, Status},
    object::ObjectStore,
};
use coach_gateway::{settings::Settings, worker_process};

use super::database::{Purpose, open_configured_or_dev};
use crate::cli::Live;

const PURPOSE: Purpose = Purpose::of_operators("looking at the live sessions of");

/// What all subcommands of `coach live` use.
struct LiveContext {
    session: Session,
    objects: Arc<dyn ObjectStore>,
    now: chrono::DateTime<chrono::Utc>,
}

impl LiveContext {
    /// The status file; `None` when it is missing or not valid.
    async fn file(&self) -> anyhow::Result<Option<Status>> {
        let found = self.objects.get(STATUS_FILE_KEY).await?;
        Ok(found.and_then(|object| serde_json::from_slice(&object.bytes).ok()))
    }
}

/// Runs a subcommand and prints its result.
pub(crate) async fn run(settings: &Settings, verb: &Live) -> anyhow::Result<()> {
    let pool = open_configured_or_dev(settings, &PURPOSE).await?;
    let context = LiveContext {
        session: Session::new(pool.clone(), tracing::Span::none()),
        objects: worker_process::objects(settings).await?,
        now: SystemClock.now(),
    };
    let text = match verb {
        Live::Show { format } => show::run(&context, *format).await,
        Live::Set {
            state,
            session,
            playback_url,
            replay_url,
            options,
        } => {
            let update = set::SessionUpdate {
                state: *state,
                playback_url: playback_url.as_ref(),
                replay_url: replay_url.as_ref(),
            };
            set::run(&context, session.as_deref(), &update, options).await
        }
        Live::Publish { raise, options } => publish::run(&context, *raise, options).await,
    };
    let text = text?;
    pool.close().await;
    super::print(&text)
}
