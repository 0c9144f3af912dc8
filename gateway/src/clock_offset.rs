//! How far the clock of this process is off.

use chrono::{DateTime, TimeDelta, Utc};
use coach_domain::{
    clock::Clock,
    database::{self, Fetch as _, FromRow, Pool, RowReader},
};
use sea_orm::DbErr;

/// The database's time.
struct DatabaseTime(DateTime<Utc>);

impl FromRow for DatabaseTime {
    fn from_row(row: &mut RowReader<'_>) -> Result<Self, DbErr> {
        Ok(Self(row.read()?))
    }
}

/// How far the clock of the database is ahead of ours, at least; see [`offset`].
///
/// # Errors
///
/// When the database does not answer.
pub async fn of_database(pool: &Pool, clock: &dyn Clock) -> coach_domain::Result<TimeDelta> {
    let statement = database::statement("SELECT clock_timestamp()", []);
    let asked_at = clock.now();
    let found = pool.fetch_one::<DatabaseTime>(statement).await?;
    let answered_at = clock.now();
    let time = found.map_or(answered_at, |time| time.0);
    Ok(offset(time, TimeDelta::zero(), asked_at, answered_at))
}

/// How far another clock is ahead of ours, at least; negative when it is behind. It showed a time from `time` to
/// `time + precision` between the two times of ours.
pub fn offset(
    time: DateTime<Utc>,
    precision: TimeDelta,
    asked_at: DateTime<Utc>,
    answered_at: DateTime<Utc>,
) -> TimeDelta {
    let (least, most) = (time - answered_at, time + precision - asked_at);
    if least > TimeDelta::zero() {
        least
    } else {
        most.min(TimeDelta::zero())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_slow_answer_may_hide_counts_as_right() {
        let at = |seconds: i64| DateTime::from_timestamp(1_000 + seconds, 0).expect("a time");
        let whole = TimeDelta::seconds(1);
        for (time, asked_at, answered_at, seconds) in [
            (at(0), at(0), at(0), 0),
            (at(5), at(0), at(10), 0),
            (at(15), at(0), at(10), 5),
            // The other clock showed 993 at the least and 994 at the most.
            (at(-7), at(0), at(10), -6),
        ] {
            let found = offset(time, whole, asked_at, answered_at);
            assert_eq!(found, TimeDelta::seconds(seconds));
        }
    }
}
