//! Which check-ins are due, for reminders and for metrics.

use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;

use crate::{Result, database, time_zone};

/// `FROM` and `WHERE` of the check-ins that members can submit at the time `$1`: their cycle `c` is over in the time zone
/// of the member `m`, and their subscription gives access. The arguments are the parameters with the names of the time
/// zones and with the date in each: a zone that Postgres does not know would fail the statement for all members.
///
/// The condition on `starts_on` alone, which the index supports, allows for all time zones.
macro_rules! check_ins_due {
    ($names:literal, $dates:literal) => {
        concat!(
            "
        FROM cycle c
        JOIN plan p ON p.member_id = c.member_id AND p.id = c.plan_id AND p.status = 'ACTIVE'
        JOIN member m ON m.id = c.member_id AND m.deletion_requested_at IS NULL
        LEFT JOIN unnest(",
            $names,
            "::text[], ",
            $dates,
            "::date[]) AS zone (name, today) ON zone.name = m.time_zone
        WHERE c.closed_on IS NULL
            AND c.starts_on <= ($1 AT TIME ZONE 'UTC')::date - 27
            AND c.starts_on + 28 <= COALESCE(zone.today, ($1 AT TIME ZONE 'UTC')::date)
            AND EXISTS (
                SELECT
                FROM subscription s
                WHERE s.member_id = c.member_id
                    AND (s.trial_ends_at IS NULL AND s.expires_at IS NULL
                         OR GREATEST(s.trial_ends_at, s.expires_at, s.grace_ends_at) > $1)
            )"
        )
    };
}

pub(crate) use check_ins_due;

/// The number of check-ins that are due at a time. Reads all cycles that are over and not closed.
pub async fn count_due(db: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<i64> {
    let sql = concat!("SELECT count(*)", check_ins_due!("$2", "$3"));
    let [names, dates] = time_zone::local_dates(now);
    let statement = database::statement(sql, [now.into(), names, dates]);
    let row = db.query_one_raw(statement).await?;
    row.map_or(Ok(0), |row| Ok(row.try_get_by_index(0)?))
}
