//! Counting the check-ins that are due, for metrics.

use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;

use crate::{Result, cycle, database, time_zone};

/// The number of check-ins that members can submit at a time: their cycle is over in their time zone, and their
/// subscription gives access. Reads all cycles that are over and not closed.
pub async fn count_due(db: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<i64> {
    // The time zones are parameters: Postgres may not know them all.
    let sql = "
        SELECT count(*)
        FROM cycle c
        JOIN plan p ON p.member_id = c.member_id AND p.id = c.plan_id AND p.status = 'ACTIVE'
        JOIN member m ON m.id = c.member_id AND m.deletion_requested_at IS NULL
        LEFT JOIN unnest($3::text[], $4::date[]) AS zone (name, today) ON zone.name = m.time_zone
        WHERE c.closed_on IS NULL
            AND c.starts_on <= ($1 AT TIME ZONE 'UTC')::date - $2::integer + 1
            AND c.starts_on + $2::integer <= COALESCE(zone.today, ($1 AT TIME ZONE 'UTC')::date)
            AND EXISTS (
                SELECT
                FROM subscription s
                WHERE s.member_id = c.member_id
                    AND (s.trial_ends_at IS NULL AND s.expires_at IS NULL
                         OR GREATEST(s.trial_ends_at, s.expires_at, s.grace_ends_at) > $1)
            )";
    let [names, dates] = time_zone::local_dates(now);
    let values = [now.into(), i32::from(cycle::DAYS).into(), names, dates];
    let row = db.query_one_raw(database::statement(sql, values)).await?;
    row.map_or(Ok(0), |row| Ok(row.try_get_by_index(0)?))
}
