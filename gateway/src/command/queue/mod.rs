//! `coach queue`: inspecting and administering the queues.

mod change;
mod create;
mod discard;
mod list;
mod redrive;
mod show;

use std::sync::Arc;

use anyhow::anyhow;
use coach_domain::{
    audit::Actor,
    clock::{Clock as _, SystemClock},
    database::{Session, Transaction},
    queue::{Operations, QueueName},
    repair::{DeadLetterChoice, QueueRepair, RepairError},
};
use coach_gateway::{queues, settings::Settings};

use super::database::{Purpose, open_configured_or_dev};
use crate::cli::Queue;

const PURPOSE: Purpose = Purpose::of_operators("looking at the queues of");

/// What all subcommands of `coach queue` use.
struct QueueContext {
    session: Session,
    operations: Arc<dyn Operations>,
    now: chrono::DateTime<chrono::Utc>,
}

impl QueueContext {
    /// Access to the queues for changes, as this operator.
    fn repair<'a>(&'a self, transaction: &'a Transaction, actor: &'a str) -> QueueRepair<'a> {
        QueueRepair {
            operations: &*self.operations,
            transaction,
            actor: Actor::operator(actor),
            now: self.now,
        }
    }
}

/// The error, with where the right ids are listed.
fn with_advice(error: RepairError, queue: QueueName) -> anyhow::Error {
    match error {
        RepairError::Missing(ids) => anyhow!(
            "{queue} has no dead letter with the id {}; `coach queue show {queue}` lists them, and nothing is changed",
            ids.join(", ")
        ),
        RepairError::Domain(error) => error.into(),
    }
}

/// Runs a subcommand and prints its result.
pub(crate) async fn run(settings: &Settings, verb: &Queue) -> anyhow::Result<()> {
    if let Queue::Create { dry_run } = verb {
        return super::print(&create::run(settings, *dry_run).await?);
    }
    let pool = open_configured_or_dev(settings, &PURPOSE).await?;
    let context = QueueContext {
        session: Session::new(pool.clone(), tracing::Span::none()),
        operations: queues::operations(settings, pool.clone()).await,
        now: SystemClock.now(),
    };
    let text = match verb {
        Queue::List { format } => list::run(&context, *format).await,
        Queue::Show {
            target,
            limit,
            payload,
            format,
        } => show::run(&context, target.queue, *limit, *payload, *format).await,
        Queue::Redrive {
            target,
            ids,
            limit,
            options,
        } => redrive::run(&context, target.queue, &choice(ids, *limit), options).await,
        Queue::Discard {
            target,
            ids,
            all: _,
            limit,
            options,
        } => discard::run(&context, target.queue, &choice(ids, *limit), options).await,
        Queue::Pause { target, options } => change::pause(&context, target.queue, options).await,
        Queue::Create { .. } => Ok(String::new()),
        Queue::Resume { target, options } => change::resume(&context, target.queue, options).await,
    };
    let text = text?;
    pool.close().await;
    super::print(&text)
}

fn choice(ids: &[String], limit: u32) -> DeadLetterChoice {
    DeadLetterChoice {
        ids: ids.to_vec(),
        limit,
    }
}
