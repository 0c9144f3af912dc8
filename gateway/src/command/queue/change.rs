//! `coach queue pause` and `resume`, and what all changes have in common.

use coach_domain::{
    audit::{self, Deed},
    database::Transaction,
    queue::QueueName,
};
use coach_workers::queue::pause;
use sea_orm::{TransactionSession as _, TransactionTrait as _};
use serde_json::{Value, json};

use super::{Desk, list::moment};
use crate::{cli::Change, command::actor};

/// What a dry run ends with.
pub(super) const DRY: &str = "this was a dry run, nothing is changed";

/// Pauses a queue.
pub(super) async fn pause(desk: &Desk, queue: QueueName, how: &Change) -> anyhow::Result<String> {
    if let Some(since) = since(desk, queue).await? {
        return Ok(format!("{queue} is paused already, since {since}\n"));
    }
    if how.dry_run {
        return Ok(format!("{queue} would be paused; {DRY}\n"));
    }
    let transaction = desk.session.begin().await?;
    if pause::pause(&transaction, queue, desk.now).await? {
        record(
            desk,
            &transaction,
            how,
            "queue.pause",
            json!({ "queue": queue }),
        )
        .await?;
    }
    transaction.commit().await?;
    Ok(format!(
        "{queue} is paused: it gives out nothing until `coach queue resume {queue}`\n"
    ))
}

/// Lets a queue go on.
pub(super) async fn resume(desk: &Desk, queue: QueueName, how: &Change) -> anyhow::Result<String> {
    let Some(since) = since(desk, queue).await? else {
        return Ok(format!("{queue} is not paused\n"));
    };
    if how.dry_run {
        return Ok(format!(
            "{queue}, paused since {since}, would go on; {DRY}\n"
        ));
    }
    let transaction = desk.session.begin().await?;
    if pause::resume(&transaction, queue, desk.now).await? {
        record(
            desk,
            &transaction,
            how,
            "queue.resume",
            json!({ "queue": queue }),
        )
        .await?;
    }
    transaction.commit().await?;
    Ok(format!("{queue} goes on; it was paused since {since}\n"))
}

async fn since(desk: &Desk, queue: QueueName) -> anyhow::Result<Option<String>> {
    let paused = desk.operations.paused().await?;
    let since = paused.iter().find(|(name, _)| *name == queue);
    Ok(since.map(|(_, since)| moment(*since)))
}

/// Records a change in the transaction that makes it.
pub(super) async fn record(
    desk: &Desk,
    transaction: &Transaction,
    how: &Change,
    action: &'static str,
    detail: Value,
) -> anyhow::Result<()> {
    let actor = actor::name(how);
    let deed = Deed {
        actor: &actor,
        action,
        detail,
    };
    audit::record(transaction, &deed, desk.now).await?;
    Ok(())
}
