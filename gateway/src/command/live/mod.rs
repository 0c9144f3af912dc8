//! `coach live`: showing and setting the state of live sessions.

mod publish;
mod set;
mod show;

use std::sync::Arc;

use coach_domain::{
    clock::{Clock as _, SystemClock},
    database::Session,
    live::{self, SessionUpdate, Status},
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
        Ok(live::read_status_file(&*self.objects).await?)
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
            let update = SessionUpdate {
                state: state.map(Into::into),
                playback_url: playback_url.clone(),
                replay_url: replay_url.clone(),
            };
            set::run(&context, session.as_deref(), &update, options).await
        }
        Live::Publish { raise, options } => publish::run(&context, *raise, options).await,
    };
    let text = text?;
    pool.close().await;
    super::print(&text)
}
