//! `coach queue redrive`.

use coach_domain::queue::QueueName;
use sea_orm::{TransactionSession as _, TransactionTrait as _};
use serde_json::json;

use super::{
    QueueContext,
    change::DRY_RUN_NOTE,
    show::{counted, find_by_ids},
};
use crate::{cli::ChangeOptions, command::actor};

/// Moves dead letters back to their queue: those with the given ids, or else the oldest ones up to the limit.
pub(super) async fn run(
    context: &QueueContext,
    queue: QueueName,
    ids: &[String],
    limit: u32,
    options: &ChangeOptions,
) -> anyhow::Result<String> {
    let max = if ids.is_empty() {
        usize::try_from(limit)?
    } else {
        find_by_ids(context, queue, ids).await?.len()
    };
    if options.dry_run {
        let dead = context.operations.depth(queue).await?.dead;
        let dead = usize::try_from(dead)?.min(max);
        return Ok(format!(
            "{} of {queue} would be given back; {DRY_RUN_NOTE}\n",
            counted(dead)
        ));
    }
    let transaction = context.session.begin().await?;
    let redriven = context.operations.redrive_in(&transaction, queue, ids, max);
    let redriven = redriven.await?;
    if redriven > 0 {
        let mut detail = json!({ "queue": queue, "redriven": redriven });
        if ids.is_empty() {
            detail["limit"] = limit.into();
        } else {
            detail["ids"] = json!(ids);
        }
        actor::record(&transaction, options, "queue.redrive", detail, context.now).await?;
    }
    transaction.commit().await?;
    let left = context.operations.depth(queue).await?.dead;
    Ok(format!(
        "{} of {queue} given back, {left} left\n",
        counted(redriven)
    ))
}
