//! For staff: `operations`, which monitors the queues and the outbox, and what repairs them.

mod audit_entry;
mod dead_letter;
mod pause;
mod webhook_event;

use std::{collections::HashMap, sync::Arc};

use chrono::{DateTime, Utc};
use coach_domain::{
    Result,
    command::{UserError, UserErrorReason},
    outbox,
    process_start::{self, ProcessStart},
    queue::QueueName,
};

pub(crate) use audit_entry::AuditEntry;
pub(crate) use dead_letter::DeadLetter;

use crate::{Error, RequestContext, Resolvers, query};

/// `Operations`.
#[derive(Debug)]
pub struct Operations {
    pub(crate) queues: Vec<QueueStatus>,
    pub(crate) outbox: OutboxStatus,
    pub(crate) process_starts: Vec<ProcessStart>,
}

/// `QueueStatus`.
#[derive(Debug)]
pub struct QueueStatus {
    pub(crate) name: String,
    pub(crate) depth: i32,
    pub(crate) oldest_age_seconds: Option<i32>,
    pub(crate) in_flight: i32,
    pub(crate) dead_letters: i32,
    pub(crate) paused_since: Option<DateTime<Utc>>,
}

/// `OutboxStatus`.
#[derive(Debug)]
pub struct OutboxStatus {
    pub(crate) lag_seconds: i32,
    pub(crate) oldest_unsent_at: Option<DateTime<Utc>>,
    pub(crate) unsent: i32,
}

impl query::Operations for Resolvers {
    type Value = Option<Operations>;

    async fn resolve(context: &RequestContext) -> Result<Self::Value, Error> {
        Ok(Some(Operations {
            queues: queues(context, &QueueName::CONSUMED).await?,
            outbox: outbox(context).await?,
            process_starts: process_start::latest(context.session()).await?,
        }))
    }
}

/// The queue after a change.
async fn queue_status(
    context: &RequestContext,
    queue: QueueName,
) -> Result<Option<Arc<QueueStatus>>> {
    Ok(queues(context, &[queue]).await?.pop().map(Arc::new))
}

async fn queues(context: &RequestContext, names: &[QueueName]) -> Result<Vec<QueueStatus>> {
    let operations = &context.app().operations;
    let paused: HashMap<_, _> = operations.paused().await?.into_iter().collect();
    let mut queues = Vec::with_capacity(names.len());
    for name in names {
        let depth = operations.depth(*name).await?;
        queues.push(QueueStatus {
            name: name.to_string(),
            depth: saturating_i32(depth.waiting),
            oldest_age_seconds: depth.oldest.map(|age| saturating_i32(age.as_secs())),
            in_flight: saturating_i32(depth.in_flight),
            dead_letters: saturating_i32(depth.dead),
            paused_since: paused.get(name).copied(),
        });
    }
    Ok(queues)
}

async fn outbox(context: &RequestContext) -> Result<OutboxStatus> {
    let status = outbox::status(context.session()).await?;
    Ok(OutboxStatus {
        lag_seconds: saturating_i32(status.lag.as_secs()),
        oldest_unsent_at: status.oldest_unsent_at,
        unsent: saturating_i32(status.unsent),
    })
}

/// The queue of this name that a mutation is to change.
fn consumed(name: &str) -> Result<QueueName, UserError> {
    QueueName::consumed(name)
        .ok_or_else(|| UserError::new(UserErrorReason::UnknownQueue(queue_names()), "queue"))
}

/// The names of the queues, as a list in one text.
fn queue_names() -> String {
    QueueName::CONSUMED.map(QueueName::as_str).join(", ")
}

/// The count as an `Int` of GraphQL, at most 2,147,483,647.
fn saturating_i32(count: impl TryInto<i32>) -> i32 {
    count.try_into().unwrap_or(i32::MAX)
}
