//! Changes of sessions that become due by time alone.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ConnectionTrait, TransactionSession as _, TransactionTrait as _};
use tracing::Span;

use super::{
    LiveState,
    fact::{Fact, FactKind, record_facts},
    find::lock,
};
use crate::{
    Result,
    database::{self, Pool, Session},
    id::LiveSessionId,
    outbox::{self, OutboxBatch},
};

/// How long the status file shows a session after its end, unless the waiting room of the next one opens earlier.
const ENDED_DISPLAY_TIME: TimeDelta = TimeDelta::minutes(15);

/// How long after its planned start a session may go live. After that it has failed.
const MAX_START_DELAY: TimeDelta = TimeDelta::hours(3);

/// Shelves sessions that are over, marks those that never went live as failed, and returns how many changed. Several
/// workers may do this concurrently.
///
/// # Errors
///
/// Those of the database; changes that were made before are kept.
pub async fn apply_due_changes(pool: &Pool, now: DateTime<Utc>) -> Result<usize> {
    let session = Session::new(pool.clone(), Span::none());
    let mut total = 0;
    for (id, due) in find_due(&session, now).await? {
        let transaction = session.begin().await?;
        let mut outbox = OutboxBatch::new(None, now);
        if let Some(found) = lock(&transaction, id).await? {
            let fact = match found.state {
                LiveState::Scheduled if found.starts_at + MAX_START_DELAY <= now => {
                    Some(FactKind::Failed)
                }
                LiveState::Ended | LiveState::Failed => Some(FactKind::Shelved),
                // It went live or was rescheduled in the meantime.
                LiveState::Scheduled | LiveState::Live => None,
            };
            let facts: Vec<_> = fact
                .map(|kind| Fact { kind, at: due })
                .into_iter()
                .collect();
            total += usize::from(record_facts(&transaction, &mut outbox, &found, &facts).await?);
        }
        outbox::insert(&transaction, outbox.messages(), &Span::none()).await?;
        transaction.commit().await?;
        outbox::notify_relays();
    }
    Ok(total)
}

/// The sessions with a change that is due, and when it became due.
async fn find_due(
    db: &impl ConnectionTrait,
    now: DateTime<Utc>,
) -> Result<Vec<(LiveSessionId, DateTime<Utc>)>> {
    let sql = "
        SELECT id, due
        FROM (
            SELECT id, starts_at + make_interval(secs => $3) AS due
            FROM live_session
            WHERE state = 'SCHEDULED' AND cancelled_at IS NULL
            UNION ALL
            SELECT over.id, LEAST(over.ended_at + make_interval(secs => $2), (
                SELECT min(GREATEST(next.waiting_room_opens_at, over.ended_at))
                FROM live_session next
                WHERE next.state = 'SCHEDULED' AND next.cancelled_at IS NULL
                    AND next.starts_at > over.starts_at
            ))
            FROM live_session over
            WHERE over.state IN ('ENDED', 'FAILED') AND over.shelved_at IS NULL
        ) session
        WHERE due <= $1
        ORDER BY due, id
        LIMIT 100";
    #[expect(clippy::cast_precision_loss, reason = "some hours")]
    let seconds = |delta: TimeDelta| delta.num_seconds() as f64;
    let values = [
        now.into(),
        seconds(ENDED_DISPLAY_TIME).into(),
        seconds(MAX_START_DELAY).into(),
    ];
    let rows = db.query_all_raw(database::statement(sql, values)).await?;
    let due = rows
        .iter()
        .map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?)));
    due.collect()
}
