//! `coach live`: what the person on call sees and sets.

mod publish;
mod set;
mod show;

use std::sync::Arc;

use coach_domain::{
    clock::{Clock as _, SystemClock},
    database::Pool,
    database::Session,
    live::{KEY, Status},
    object::ObjectStore,
};
use coach_gateway::{settings::Settings, worker};

use super::database::{Purpose, given_or_running};
use crate::cli::Live;

const PURPOSE: Purpose = Purpose::of_operators("looking at the live sessions of");

/// What all verbs work with.
struct Desk {
    pool: Pool,
    session: Session,
    objects: Arc<dyn ObjectStore>,
    now: chrono::DateTime<chrono::Utc>,
}

impl Desk {
    /// The status file; `None` where there is none that can be read.
    async fn file(&self) -> anyhow::Result<Option<Status>> {
        let found = self.objects.get(KEY).await?;
        Ok(found.and_then(|object| serde_json::from_slice(&object.bytes).ok()))
    }
}

/// Does what is asked, and says so.
pub(crate) async fn run(settings: &Settings, verb: &Live) -> anyhow::Result<()> {
    let pool = given_or_running(settings, &PURPOSE).await?;
    let desk = Desk {
        session: Session::new(pool.clone(), tracing::Span::none()),
        objects: worker::objects(settings).await?,
        now: SystemClock.now(),
        pool,
    };
    let text = match verb {
        Live::Show { format } => show::run(&desk, *format).await,
        Live::Set {
            state,
            session,
            playback_url,
            replay_url,
            how,
        } => {
            let said = set::Said {
                state: *state,
                playback_url: playback_url.as_ref(),
                replay_url: replay_url.as_ref(),
            };
            set::run(&desk, session.as_deref(), &said, how).await
        }
        Live::Publish { raise, how } => publish::run(&desk, *raise, how).await,
    };
    let text = text?;
    desk.pool.close().await;
    super::print(&text)
}
