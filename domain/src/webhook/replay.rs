//! Replaying several events at once, for operators.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use super::operate::{EventSummary, find_all, replay};
use crate::{
    Result,
    audit::{self, Actor, AuditEntry},
    command::{Command, CommandContext, CommandError, UserError, UserErrorReason},
    database::Transaction,
    outbox::OutboxBatch,
};

/// Has events processed again, and writes an audit entry. Returns them, in the order of their ids; a dry run only finds
/// them. The inner error is the first id without an event: the transaction must then be rolled back. The transaction
/// must also insert the messages of `outbox`.
pub async fn replay_all(
    transaction: &Transaction,
    outbox: &mut OutboxBatch,
    ids: &[Uuid],
    actor: Actor<'_>,
    now: DateTime<Utc>,
    dry_run: bool,
) -> Result<Result<Vec<EventSummary>, Uuid>> {
    let found = find_all(transaction, ids).await?;
    let is_missing = |id: &&Uuid| found.iter().all(|event| event.id != **id);
    if let Some(missing) = ids.iter().find(is_missing) {
        return Ok(Err(*missing));
    }
    if dry_run || found.is_empty() {
        return Ok(Ok(found));
    }
    let mut replayed = Vec::with_capacity(found.len());
    for event in found {
        replayed.extend(replay(transaction, outbox, event.id).await?);
    }
    let entry = AuditEntry {
        actor,
        action: "webhook.replay",
        detail: json!({ "events": ids }),
    };
    audit::record(transaction, &entry, now).await?;
    Ok(Ok(replayed))
}

/// Has events processed again, all of them or none. The output is their number.
#[derive(Clone, Debug, Serialize)]
pub struct ReplayWebhookEvents {
    /// The ids of the events.
    pub ids: Vec<Uuid>,
    /// Whether only to check that there are such events.
    pub dry_run: bool,
}

impl Command for ReplayWebhookEvents {
    const NAME: &'static str = "replayWebhookEvents";
    const REQUIRES_MEMBER: bool = false;
    type Output = usize;

    async fn run(&self, context: &mut CommandContext<'_>) -> Result<usize, CommandError> {
        // Events are not about the operator, who may be a member too.
        let mut outbox = OutboxBatch::new(None, context.now());
        let (transaction, actor) = (context.transaction(), context.subject().into());
        let (now, dry_run) = (context.now(), self.dry_run);
        let replayed = replay_all(transaction, &mut outbox, &self.ids, actor, now, dry_run);
        let replayed = replayed.await?.map_err(|missing| {
            let index = self.ids.iter().position(|id| *id == missing);
            let path = ["input", "ids"].map(str::to_owned).into_iter();
            let path = path.chain(index.map(|index| index.to_string()));
            UserError::at(UserErrorReason::UnknownObject, path.collect())
        })?;
        context.outbox().append(outbox);
        Ok(replayed.len())
    }
}
