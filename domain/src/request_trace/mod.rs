//! What recent requests did, so that the cause of a slow answer is found by the request's id.
//!
//! Each gateway remembers its own requests ([`TraceStore`]), and writes the slow and failed ones to the table
//! `request_trace`, where every process finds them. Parameters of statements are members' data: they stay in the memory of
//! the process, of slow and failed requests alone, and are in no [`RequestTrace`].

mod explain;
mod ring;
mod side_effect;
mod store;
mod table;

use std::{borrow::Cow, sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::database::Timeline;

pub use explain::{ExplainRequest, Explanation, explain};
pub use side_effect::{SideEffectState, side_effect_states};
pub use store::{TraceOptions, TraceStore};
pub use table::{PURGE, find, slowest};

/// How long a process remembers requests.
pub const REMEMBERED: TimeDelta = TimeDelta::hours(1);

/// How long slow and failed requests are kept in the table.
pub const RETENTION: TimeDelta = TimeDelta::hours(24);

/// A request that is over.
#[derive(Clone, Debug)]
pub struct FinishedRequest {
    /// The id in its header `x-request-id`.
    pub request_id: Box<str>,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// What it is called unless it executed a named operation; empty if it has no name then.
    pub route: Cow<'static, str>,
    /// The status of the answer; 499 if the client did not wait for it.
    pub status: u16,
    /// From its head to the answer.
    pub duration: Duration,
    /// Its cost, in units of `@cost`.
    pub cost: usize,
    /// The codes of its errors.
    pub error_codes: Vec<String>,
    /// Whether the server is to blame for one of its errors.
    pub failed: bool,
    /// The id of its trace, if it is traced.
    pub trace_id: Option<String>,
    /// What its statements and batches did.
    pub timeline: Arc<Timeline>,
}

/// A request as it is shown: without parameters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RequestTrace {
    /// The id of this trace. Clients choose request ids, so two requests may have the same.
    #[serde(skip)]
    pub id: Uuid,
    /// The id in its header `x-request-id`.
    pub request_id: String,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// The process that answered it.
    pub instance: String,
    /// The names of its operations, separated by commas; the route of what is not GraphQL.
    pub operation: Option<String>,
    /// `query` or `mutation`.
    pub operation_type: Option<String>,
    /// The status of the answer; 499 if the client did not wait for it.
    pub status: i32,
    /// From its head to the answer, in milliseconds.
    pub duration_ms: f64,
    /// Its cost, in units of `@cost`.
    pub cost: i32,
    /// The codes of its errors.
    pub error_codes: Vec<String>,
    /// Until its operations were executed, in milliseconds.
    pub prepare_ms: f64,
    /// The execution of its operations, in milliseconds.
    pub execute_ms: f64,
    /// How long its statements waited for connections, in milliseconds.
    pub pool_wait_ms: f64,
    /// Its statements, in the order in which they began.
    pub statements: Vec<TracedStatement>,
    /// Its batches, in the order in which they began.
    pub batches: Vec<TracedBatch>,
    /// The messages that it wrote to the outbox.
    pub side_effects: Vec<TracedSideEffect>,
    /// The id of its trace, if it was traced.
    pub trace_id: Option<String>,
}

/// A statement of a request. Times are in milliseconds, from the start of the request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TracedStatement {
    /// Its place among the statements, from 1.
    pub position: i32,
    /// Its text, without parameters.
    pub sql: String,
    /// When it began.
    pub started_at_ms: f64,
    /// How long it took, with what it waited for.
    pub duration_ms: f64,
    /// How long it waited for a connection.
    pub wait_ms: f64,
    /// The rows that it returned or changed; `None` when it failed.
    pub rows: Option<i32>,
    /// Its SQLSTATE when it failed, or what else failed: `pool`, `connection`, `cancelled`.
    pub error_code: Option<String>,
}

/// A batch of a request. Times are in milliseconds, from the start of the request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TracedBatch {
    /// The field, as `Type.field`.
    pub name: String,
    /// The number of keys.
    pub keys: i32,
    /// When it began.
    pub started_at_ms: f64,
    /// How long it took.
    pub duration_ms: f64,
}

/// A message that a request has written to the outbox.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TracedSideEffect {
    /// The envelope's id.
    pub message_id: Uuid,
    /// The message's kind, such as `email.welcome`.
    pub kind: String,
    /// The queue's name.
    pub queue: String,
}

impl FinishedRequest {
    /// The request as it is shown.
    fn trace(&self, id: Uuid, instance: &str) -> RequestTrace {
        let mut entries = self.timeline.entries();
        entries.statements.sort_by_key(|it| it.started);
        entries.batches.sort_by_key(|it| it.started);
        let statements = entries.statements.iter().zip(1..);
        let statements = statements.map(|(it, position)| TracedStatement {
            position,
            sql: it.sql.trim().to_owned(),
            started_at_ms: milliseconds(it.started),
            duration_ms: milliseconds(it.duration),
            wait_ms: milliseconds(it.waited),
            rows: it.rows.map(saturating_i32),
            error_code: it.error.clone().map(Cow::into_owned),
        });
        let batches = entries.batches.iter().map(|it| TracedBatch {
            name: it.field.to_owned(),
            keys: saturating_i32(it.keys),
            started_at_ms: milliseconds(it.started),
            duration_ms: milliseconds(it.duration),
        });
        let side_effects = entries.messages.iter().map(|it| TracedSideEffect {
            message_id: it.id,
            kind: it.kind.to_owned(),
            queue: it.queue.to_owned(),
        });
        let (prepared, executed) = entries.phases(self.duration);
        let operation = if entries.operation.is_empty() {
            &self.route
        } else {
            &entries.operation
        };
        let waited = entries.statements.iter().map(|it| it.waited).sum();
        RequestTrace {
            id,
            request_id: self.request_id.to_string(),
            started_at: self.started_at,
            instance: instance.to_owned(),
            operation: Some(operation.to_string()).filter(|name| !name.is_empty()),
            operation_type: entries.operation_type.map(str::to_owned),
            status: self.status.into(),
            duration_ms: milliseconds(self.duration),
            cost: saturating_i32(self.cost),
            error_codes: self.error_codes.clone(),
            prepare_ms: milliseconds(prepared),
            execute_ms: milliseconds(executed),
            pool_wait_ms: milliseconds(waited),
            statements: statements.collect(),
            batches: batches.collect(),
            side_effects: side_effects.collect(),
            trace_id: self.trace_id.clone(),
        }
    }
}

/// A duration in milliseconds, with three decimals.
pub fn milliseconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1_000_000.0).round() / 1_000.0
}

fn saturating_i32(count: impl TryInto<i32>) -> i32 {
    count.try_into().unwrap_or(i32::MAX)
}
