//! Counting the subscriptions, for metrics.

use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;

use super::Access;
use crate::{Result, database};

/// The number of subscriptions by the access that they grant at a time, as
/// [`Entitlement::access`](super::Entitlement::access) derives it. States that no subscription has are missing. Reads
/// all subscriptions.
pub async fn count(db: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<Vec<(Access, i64)>> {
    let sql = "
        SELECT
            CASE
                WHEN (trial_ends_at IS NULL OR expires_at > trial_ends_at)
                    AND (expires_at IS NULL OR expires_at > $1) THEN 'ACTIVE'
                WHEN trial_ends_at > $1 THEN 'TRIAL'
                WHEN grace_ends_at > $1 THEN 'GRACE'
                ELSE 'LAPSED'
            END AS access,
            count(*)
        FROM subscription
        GROUP BY access";
    let statement = database::statement(sql, [now.into()]);
    let rows = db.query_all_raw(statement).await?;
    let counts = rows
        .iter()
        .map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?)));
    counts.collect()
}
