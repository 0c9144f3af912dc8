//! `coach queue discard`.

use coach_domain::queue::{QueueName, Received};
use sea_orm::{TransactionSession as _, TransactionTrait as _};
use serde_json::{Value, json};

use super::{
    QueueContext,
    change::DRY_RUN_NOTE,
    show::{counted, envelope, find_by_ids},
};
use crate::{cli::ChangeOptions, command::actor};

/// Deletes dead letters for good: those with the given ids, or else the oldest ones up to the limit.
pub(super) async fn run(
    context: &QueueContext,
    queue: QueueName,
    ids: &[String],
    limit: u32,
    options: &ChangeOptions,
) -> anyhow::Result<String> {
    let letters = if ids.is_empty() {
        context
            .operations
            .list_dead_letters(queue, usize::try_from(limit)?)
            .await?
    } else {
        find_by_ids(context, queue, ids).await?
    };
    if options.dry_run {
        let letters = counted(letters.len());
        return Ok(format!(
            "{letters} of {queue} would be discarded; {DRY_RUN_NOTE}\n"
        ));
    }
    let ids: Vec<_> = letters.iter().map(|letter| letter.id.clone()).collect();
    let transaction = context.session.begin().await?;
    let discarded = context.operations.discard_in(&transaction, queue, &ids);
    let discarded = discarded.await?;
    if discarded > 0 {
        // The audit entry is the only record of them that remains.
        let letters: Vec<_> = letters.iter().map(audit_detail).collect();
        let detail = json!({ "queue": queue, "discarded": discarded, "letters": letters });
        actor::record(&transaction, options, "queue.discard", detail, context.now).await?;
    }
    transaction.commit().await?;
    let left = context.operations.depth(queue).await?.dead;
    Ok(format!(
        "{} of {queue} discarded, {left} left\n",
        counted(discarded)
    ))
}

fn audit_detail(letter: &Received) -> Value {
    let envelope = envelope(letter);
    json!({
        "id": letter.id,
        "envelope": envelope.as_ref().map(|envelope| envelope.id),
        "kind": envelope.as_ref().map(|envelope| &envelope.kind),
    })
}
