//! `coach queue pause` and `resume`.

use coach_domain::queue::QueueName;
use sea_orm::{TransactionSession as _, TransactionTrait as _};

use super::QueueContext;
use crate::{
    cli::ChangeOptions,
    command::{actor, rfc3339},
};

/// Ends the output of a dry run.
pub(super) const DRY_RUN_NOTE: &str = "this was a dry run, nothing is changed";

/// Pauses a queue.
pub(super) async fn pause(
    context: &QueueContext,
    queue: QueueName,
    options: &ChangeOptions,
) -> anyhow::Result<String> {
    if let Some(since) = paused_since(context, queue).await? {
        return Ok(format!("{queue} is paused already, since {since}\n"));
    }
    if options.dry_run {
        return Ok(format!("{queue} would be paused; {DRY_RUN_NOTE}\n"));
    }
    let transaction = context.session.begin().await?;
    let actor = actor::name(options);
    context.repair(&transaction, &actor).pause(queue).await?;
    transaction.commit().await?;
    Ok(format!(
        "{queue} is paused: it gives out nothing until `coach queue resume {queue}`\n"
    ))
}

/// Resumes a queue.
pub(super) async fn resume(
    context: &QueueContext,
    queue: QueueName,
    options: &ChangeOptions,
) -> anyhow::Result<String> {
    let Some(since) = paused_since(context, queue).await? else {
        return Ok(format!("{queue} is not paused\n"));
    };
    if options.dry_run {
        return Ok(format!(
            "{queue}, paused since {since}, would go on; {DRY_RUN_NOTE}\n"
        ));
    }
    let transaction = context.session.begin().await?;
    let actor = actor::name(options);
    context.repair(&transaction, &actor).resume(queue).await?;
    transaction.commit().await?;
    Ok(format!("{queue} goes on; it was paused since {since}\n"))
}

/// Since when the queue is paused; `None` when it is not.
async fn paused_since(context: &QueueContext, queue: QueueName) -> anyhow::Result<Option<String>> {
    let paused = context.operations.paused().await?;
    let since = paused.iter().find(|(name, _)| *name == queue);
    Ok(since.map(|(_, since)| rfc3339(*since)))
}
