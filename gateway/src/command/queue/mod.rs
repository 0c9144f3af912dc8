//! `coach queue`: what operators see and mend.

mod change;
mod discard;
mod list;
mod redrive;
mod show;

use std::sync::Arc;

use coach_domain::{
    clock::{Clock as _, SystemClock},
    database::Pool,
    database::Session,
    queue::Operations,
};
use coach_gateway::{queues, settings::Settings};

use super::database::{Purpose, given_or_running};
use crate::cli::Queue;

const PURPOSE: Purpose = Purpose::of_operators("looking at the queues of");

/// What all verbs work with.
struct Desk {
    pool: Pool,
    session: Session,
    operations: Arc<dyn Operations>,
    now: chrono::DateTime<chrono::Utc>,
}

/// Does what is asked, and says so.
pub(crate) async fn run(settings: &Settings, verb: &Queue) -> anyhow::Result<()> {
    let pool = given_or_running(settings, &PURPOSE).await?;
    let desk = Desk {
        session: Session::new(pool.clone(), tracing::Span::none()),
        operations: queues::operations(settings, pool.clone()).await,
        now: SystemClock.now(),
        pool,
    };
    let text = match verb {
        Queue::List { format } => list::run(&desk, *format).await,
        Queue::Show {
            which,
            limit,
            payload,
            format,
        } => show::run(&desk, which.queue, *limit, *payload, *format).await,
        Queue::Redrive {
            which,
            ids,
            limit,
            how,
        } => redrive::run(&desk, which.queue, ids, *limit, how).await,
        Queue::Discard {
            which,
            ids,
            all: _,
            limit,
            how,
        } => discard::run(&desk, which.queue, ids, *limit, how).await,
        Queue::Pause { which, how } => change::pause(&desk, which.queue, how).await,
        Queue::Resume { which, how } => change::resume(&desk, which.queue, how).await,
    };
    let text = text?;
    desk.pool.close().await;
    super::print(&text)
}
