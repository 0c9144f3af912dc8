//! A marker in the comment of a database, written once its data set is complete. An incomplete data set has no marker,
//! and that of an outdated one differs.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use chrono::NaiveDate;
use sea_orm::{ConnectionTrait as _, DatabaseConnection, DbErr};

use super::{DataSet, PEOPLE, ROWS, SETUP};
use crate::sql::query_value;

/// How many days a data set is used: its members are in mid-cycle for that long, although they log nothing more.
const MAX_AGE_DAYS: usize = 7;

/// The name of a data set, the hash of the SQL scripts that created it, and when.
fn marker(data_set: DataSet, created_on: NaiveDate) -> String {
    let mut hasher = DefaultHasher::new();
    [SETUP, PEOPLE, ROWS].hash(&mut hasher);
    let name = data_set.database();
    format!("{name} {:x} {created_on}", hasher.finish())
}

/// Whether the connected database has this data set, complete and recent enough.
pub(crate) async fn matches(
    pool: &DatabaseConnection,
    data_set: DataSet,
    today: NaiveDate,
) -> anyhow::Result<bool> {
    let sql = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()";
    let text: Option<String> = query_value(pool, sql).await?;
    Ok(text.is_some_and(|text| is_current(&text, data_set, today)))
}

/// Whether this is the marker of one of the last days.
fn is_current(text: &str, data_set: DataSet, today: NaiveDate) -> bool {
    let mut days = today.iter_days().rev().take(MAX_AGE_DAYS);
    days.any(|day| text == marker(data_set, day))
}

/// Writes the marker to the connected database.
pub(super) async fn write(
    pool: &DatabaseConnection,
    data_set: DataSet,
    today: NaiveDate,
) -> Result<(), DbErr> {
    let (database, marker) = (data_set.database(), marker(data_set, today));
    // Neither the name nor the marker can contain a quote.
    let sql = format!("COMMENT ON DATABASE \"{database}\" IS '{marker}'");
    pool.execute_unprepared(&sql).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use chrono::{NaiveDate, TimeDelta};

    use super::{is_current, marker};
    use crate::dataset::DataSet;

    #[test]
    fn another_size_script_or_week_does_not_match() {
        let created_on = NaiveDate::from_ymd_opt(2026, 3, 18).unwrap();
        let data_set = DataSet::complete(500);
        let text = marker(data_set, created_on);
        let on = |day| is_current(&text, data_set, created_on + TimeDelta::days(day));
        assert!(on(0) && on(6) && !on(7) && !on(-1));
        let thinned = DataSet {
            history_cycles: Some(1),
            ..data_set
        };
        for other in [DataSet::complete(501), thinned] {
            assert!(!is_current(&text, other, created_on));
        }
        for other in [
            "",
            "bench_500",
            "bench_500 1 2026-03-18",
            format!("{text} more").as_str(),
        ] {
            assert!(!is_current(other, data_set, created_on), "{other}");
        }
    }
}
