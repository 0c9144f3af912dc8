//! A marker in the comment of a database, written once its data set is complete. An incomplete data set has no marker,
//! and that of an outdated one differs.

use std::{
    fmt,
    hash::{DefaultHasher, Hash as _, Hasher as _},
};

use chrono::NaiveDate;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr};

use super::{PEOPLE, ROWS, SETUP, statement};

/// How many days a data set is used: its members are in mid-cycle for that long, although they log nothing more.
const MAX_AGE_DAYS: i64 = 7;

/// How many members a data set has, by which statements they were created, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Marker {
    members: u32,
    /// The hash of the SQL scripts.
    script_hash: u64,
    created_on: NaiveDate,
}

impl Marker {
    pub(super) fn new(members: u32, created_on: NaiveDate) -> Self {
        let mut hasher = DefaultHasher::new();
        [SETUP, PEOPLE, ROWS].hash(&mut hasher);
        Self {
            members,
            script_hash: hasher.finish(),
            created_on,
        }
    }

    /// Whether a database with this marker has this number of members, is up to date, and is recent enough.
    pub(crate) fn matches(&self, members: u32, today: NaiveDate) -> bool {
        let expected = Self::new(members, self.created_on);
        let age = today.signed_duration_since(self.created_on).num_days();
        *self == expected && (0..MAX_AGE_DAYS).contains(&age)
    }

    /// The marker of the connected database; `None` if the data set is not complete.
    pub(crate) async fn read(pool: &DatabaseConnection) -> Result<Option<Self>, DbErr> {
        let sql = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()";
        let row = pool.query_one_raw(statement(sql, [])).await?;
        let text: Option<String> = match row {
            Some(row) => row.try_get_by_index(0)?,
            None => None,
        };
        Ok(text.as_deref().and_then(Self::parse))
    }

    /// Writes the marker to the connected database.
    pub(super) async fn write(&self, pool: &DatabaseConnection) -> Result<(), DbErr> {
        let database = super::database(self.members);
        // Neither the name nor the marker can contain a quote.
        let sql = format!("COMMENT ON DATABASE \"{database}\" IS '{self}'");
        pool.execute_unprepared(&sql).await?;
        Ok(())
    }

    fn parse(text: &str) -> Option<Self> {
        let mut words = text.split(' ');
        let marker = Self {
            members: words.next()?.parse().ok()?,
            script_hash: u64::from_str_radix(words.next()?, 16).ok()?,
            created_on: words.next()?.parse().ok()?,
        };
        words.next().is_none().then_some(marker)
    }
}

impl fmt::Display for Marker {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            members,
            script_hash,
            created_on,
        } = self;
        write!(formatter, "{members} {script_hash:x} {created_on}")
    }
}

#[cfg(test)]
mod tests {
    use chrono::{NaiveDate, TimeDelta};

    use super::Marker;

    #[test]
    fn a_marker_is_read_as_it_was_written() {
        let created_on = NaiveDate::from_ymd_opt(2026, 3, 18).unwrap();
        let marker = Marker::new(500, created_on);
        assert_eq!(Marker::parse(&marker.to_string()), Some(marker));
        for other in ["", "500", "500 zz 2026-03-18", "500 1 2026-03-18 more"] {
            assert_eq!(Marker::parse(other), None, "{other}");
        }
    }

    #[test]
    fn another_size_script_or_week_does_not_match() {
        let created_on = NaiveDate::from_ymd_opt(2026, 3, 18).unwrap();
        let marker = Marker::new(500, created_on);
        let on = |day| marker.matches(500, created_on + TimeDelta::days(day));
        assert!(on(0) && on(6) && !on(7) && !on(-1));
        assert!(!marker.matches(501, created_on));
        let other = Marker {
            script_hash: marker.script_hash ^ 1,
            ..marker
        };
        assert!(!other.matches(500, created_on));
    }
}
