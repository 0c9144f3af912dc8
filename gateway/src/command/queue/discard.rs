//! `coach queue discard`.

use coach_domain::queue::{QueueName, Received};
use sea_orm::{TransactionSession as _, TransactionTrait as _};
use serde_json::{Value, json};

use super::{
    Desk,
    change::{DRY, record},
    show::{chosen, count, envelope},
};
use crate::cli::Change;

/// Deletes dead letters for good: those with these ids, or else the oldest up to the limit.
pub(super) async fn run(
    desk: &Desk,
    queue: QueueName,
    ids: &[String],
    limit: u32,
    how: &Change,
) -> anyhow::Result<String> {
    let letters = if ids.is_empty() {
        desk.operations.dead(queue, usize::try_from(limit)?).await?
    } else {
        chosen(desk, queue, ids).await?
    };
    if how.dry_run {
        let letters = count(letters.len());
        return Ok(format!("{letters} of {queue} would be discarded; {DRY}\n"));
    }
    let ids: Vec<_> = letters.iter().map(|letter| letter.id.clone()).collect();
    let transaction = desk.session.begin().await?;
    let discarded = desk.operations.discard_in(&transaction, queue, &ids);
    let discarded = discarded.await?;
    if discarded > 0 {
        // Nothing else will know of them.
        let letters: Vec<_> = letters.iter().map(told).collect();
        let detail = json!({ "queue": queue, "discarded": discarded, "letters": letters });
        record(desk, &transaction, how, "queue.discard", detail).await?;
    }
    transaction.commit().await?;
    let left = desk.operations.depth(queue).await?.dead;
    Ok(format!(
        "{} of {queue} discarded, {left} left\n",
        count(discarded)
    ))
}

fn told(letter: &Received) -> Value {
    let envelope = envelope(letter);
    json!({
        "id": letter.id,
        "envelope": envelope.as_ref().map(|envelope| envelope.id),
        "kind": envelope.as_ref().map(|envelope| &envelope.kind),
    })
}
