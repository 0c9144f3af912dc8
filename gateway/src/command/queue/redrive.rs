//! `coach queue redrive`.

use coach_domain::queue::QueueName;
use sea_orm::{TransactionSession as _, TransactionTrait as _};
use serde_json::json;

use super::{
    Desk,
    change::{DRY, record},
    show::{chosen, count},
};
use crate::cli::Change;

/// Gives dead letters back: those with these ids, or else the oldest up to the limit.
pub(super) async fn run(
    desk: &Desk,
    queue: QueueName,
    ids: &[String],
    limit: u32,
    how: &Change,
) -> anyhow::Result<String> {
    let most = if ids.is_empty() {
        usize::try_from(limit)?
    } else {
        chosen(desk, queue, ids).await?.len()
    };
    if how.dry_run {
        let dead = desk.operations.depth(queue).await?.dead;
        let dead = usize::try_from(dead)?.min(most);
        return Ok(format!(
            "{} of {queue} would be given back; {DRY}\n",
            count(dead)
        ));
    }
    let transaction = desk.session.begin().await?;
    let redriven = desk.operations.redrive_in(&transaction, queue, ids, most);
    let redriven = redriven.await?;
    if redriven > 0 {
        let mut detail = json!({ "queue": queue, "redriven": redriven });
        if ids.is_empty() {
            detail["limit"] = limit.into();
        } else {
            detail["ids"] = json!(ids);
        }
        record(desk, &transaction, how, "queue.redrive", detail).await?;
    }
    transaction.commit().await?;
    let left = desk.operations.depth(queue).await?.dead;
    Ok(format!(
        "{} of {queue} given back, {left} left\n",
        count(redriven)
    ))
}
