//! The staff's command to explain the statements of a request, and the plans.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::time::Instant;

use super::{TraceStore, table};
use crate::{
    Result,
    audit::{self, AuditEntry},
    command::{Command, CommandContext, CommandError, UserError},
    database::{self, Explained, Pool},
};

/// How long one statement may run.
const STATEMENT_TIMEOUT: Duration = Duration::from_secs(5);

/// How long all statements of a request may run: less than an operation.
const TOTAL_TIMEOUT: Duration = Duration::from_secs(7);

/// Permits that the statements of a request run again, and writes an audit entry. They do not run in the transaction of
/// the command: [`explain`] does that afterwards.
#[derive(Serialize)]
pub struct ExplainRequest {
    /// The id of the request.
    pub request_id: String,
    /// The requests that this process remembers.
    #[serde(skip)]
    pub traces: Arc<TraceStore>,
}

/// The output of [`ExplainRequest`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Permitted {}

impl Command for ExplainRequest {
    const NAME: &'static str = "explainRequest";
    const REQUIRES_MEMBER: bool = false;
    type Output = Permitted;

    async fn run(&self, context: &mut CommandContext<'_>) -> Result<Permitted, CommandError> {
        let transaction = context.transaction();
        let is_known = self.traces.find(&self.request_id, context.now()).is_some()
            || table::find(transaction, &self.request_id).await?.is_some();
        if !is_known {
            return Err(UserError::not_found("requestId").into());
        }
        let subject = context.subject();
        let entry = AuditEntry {
            actor: subject.into(),
            action: "request.explain",
            detail: json!({ "request": self.request_id }),
        };
        audit::record(transaction, &entry, context.now()).await?;
        Ok(Permitted {})
    }
}

/// The plan of a statement of a request, or why there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// The statement's place among those of the request, from 1.
    pub position: i32,
    /// Its text, without parameters.
    pub sql: String,
    /// The plan, as Postgres prints it.
    pub plan: Option<String>,
    /// Why the statement was not run.
    pub skipped: Option<String>,
}

/// Runs the reading statements of a request again and returns their plans, without parameters. Only the process that
/// answered a slow or failed request has the parameters, for an hour.
///
/// # Errors
///
/// When the table cannot be read. What happens to a statement is part of its explanation.
pub async fn explain(
    pool: &Pool,
    traces: &TraceStore,
    request_id: &str,
    now: DateTime<Utc>,
) -> Result<Vec<Explanation>> {
    let Some(found) = traces.find_finished(request_id, now) else {
        return explain_elsewhere(pool, traces, request_id).await;
    };
    let mut statements = found.request.timeline.entries().statements;
    statements.sort_by_key(|it| it.started);
    let began_at = Instant::now();
    let mut explanations = Vec::new();
    for (statement, position) in statements.iter().zip(1..) {
        let left = TOTAL_TIMEOUT.saturating_sub(began_at.elapsed());
        let explained = if left.is_zero() {
            Explained::Skipped("there was no time left for it".into())
        } else {
            let timeout = STATEMENT_TIMEOUT.min(left);
            database::explain(pool, statement, timeout).await
        };
        let (plan, skipped) = match explained {
            Explained::Plan(plan) => (Some(plan), None),
            Explained::Skipped(reason) => (None, Some(reason.into_owned())),
        };
        explanations.push(Explanation {
            position,
            sql: statement.sql.trim().to_owned(),
            plan,
            skipped,
        });
    }
    Ok(explanations)
}

/// The statements of a request that this process does not remember.
async fn explain_elsewhere(
    pool: &Pool,
    traces: &TraceStore,
    request_id: &str,
) -> Result<Vec<Explanation>> {
    let Some(trace) = table::find(pool, request_id).await? else {
        return Ok(Vec::new());
    };
    let reason = if trace.instance == traces.instance() {
        "its parameters are not kept any more".to_owned()
    } else {
        format!(
            "its parameters are in the memory of {}, if it remembers them: ask there",
            trace.instance
        )
    };
    let explanations = trace.statements.iter().map(|statement| Explanation {
        position: statement.position,
        sql: statement.sql.clone(),
        plan: None,
        skipped: Some(reason.clone()),
    });
    Ok(explanations.collect())
}
