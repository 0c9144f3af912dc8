//! `coach queue discard`.

use coach_domain::{queue::QueueName, repair::DeadLetterChoice};
use sea_orm::{TransactionSession as _, TransactionTrait as _};

use super::{QueueContext, change::DRY_RUN_NOTE, show::counted, with_advice};
use crate::{cli::ChangeOptions, command::actor};

/// Deletes dead letters for good: those with the given ids, or else the oldest ones up to the limit.
pub(super) async fn run(
    context: &QueueContext,
    queue: QueueName,
    choice: &DeadLetterChoice,
    options: &ChangeOptions,
) -> anyhow::Result<String> {
    let transaction = context.session.begin().await?;
    let actor = actor::name(options);
    let repair = context.repair(&transaction, &actor);
    let discarded = repair.discard(queue, choice, options.dry_run).await;
    let discarded = discarded.map_err(|error| with_advice(error, queue))?;
    if options.dry_run {
        transaction.rollback().await?;
        return Ok(format!(
            "{} of {queue} would be discarded; {DRY_RUN_NOTE}\n",
            counted(discarded)
        ));
    }
    transaction.commit().await?;
    let left = context.operations.depth(queue).await?.dead;
    Ok(format!(
        "{} of {queue} discarded, {left} left\n",
        counted(discarded)
    ))
}
