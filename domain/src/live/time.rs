//! What time alone changes.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ConnectionTrait, TransactionSession as _, TransactionTrait as _};
use tracing::Span;

use super::{
    LiveState,
    fact::{Fact, FactKind, learn},
    find::lock,
};
use crate::database::Pool;
use crate::{
    Result,
    database::{self, Session},
    id::LiveSessionId,
    outbox::{self, Effects},
};

/// For how long the status file shows a session that is over, unless the next one's waiting room opens before.
const SHOWN_FOR: TimeDelta = TimeDelta::minutes(15);

/// How late a session may come on.
const LATE: TimeDelta = TimeDelta::hours(3);

/// Shelves sessions that are over, and gives up those that never came on; says how many. Any number of processes may do
/// it at once.
///
/// # Errors
///
/// Those of the database; what was done by then is.
pub async fn pass(pool: &Pool, now: DateTime<Utc>) -> Result<usize> {
    let session = Session::new(pool.clone(), Span::none());
    let mut total = 0;
    for (id, due) in due(&session, now).await? {
        let transaction = session.begin().await?;
        let mut effects = Effects::new(None, now);
        if let Some(found) = lock(&transaction, id).await? {
            let fact = match found.state {
                LiveState::Scheduled if found.starts_at + LATE <= now => Some(FactKind::Failed),
                LiveState::Ended | LiveState::Failed => Some(FactKind::Shelved),
                // It came on, or was moved, in the meantime.
                LiveState::Scheduled | LiveState::Live => None,
            };
            let facts: Vec<_> = fact
                .map(|kind| Fact { kind, at: due })
                .into_iter()
                .collect();
            total += usize::from(learn(&transaction, &mut effects, &found, &facts).await?);
        }
        outbox::insert(&transaction, effects.owed(), &Span::none(), now).await?;
        transaction.commit().await?;
        outbox::announce();
    }
    Ok(total)
}

/// Whose time has come, and when it had.
async fn due(
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
    let values = [now.into(), seconds(SHOWN_FOR).into(), seconds(LATE).into()];
    let rows = db.query_all_raw(database::statement(sql, values)).await?;
    let due = rows
        .iter()
        .map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?)));
    due.collect()
}
