//! What is written on a database once its data set is complete: half a data set has none, and an old one another.

use std::{
    fmt,
    hash::{DefaultHasher, Hash as _, Hasher as _},
};

use chrono::NaiveDate;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr};

use super::{PEOPLE, ROWS, SETUP, statement};

/// For how many days a data set is kept: its members stay in mid-cycle, though they logged nothing since.
const KEPT_FOR: i64 = 7;

/// How many members a data set has, how they were made, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Marker {
    members: u32,
    /// Of the statements that made them.
    made_by: u64,
    made_on: NaiveDate,
}

impl Marker {
    pub(super) fn new(members: u32, made_on: NaiveDate) -> Self {
        let mut hasher = DefaultHasher::new();
        [SETUP, PEOPLE, ROWS].hash(&mut hasher);
        Self {
            members,
            made_by: hasher.finish(),
            made_on,
        }
    }

    /// Whether a database with this marker has the data set of so many members, and is fresh enough.
    pub(crate) fn serves(&self, members: u32, today: NaiveDate) -> bool {
        let wanted = Self::new(members, self.made_on);
        let age = today.signed_duration_since(self.made_on).num_days();
        *self == wanted && (0..KEPT_FOR).contains(&age)
    }

    /// The marker of the connected database; `None` where the data set is not complete.
    pub(crate) async fn read(pool: &DatabaseConnection) -> Result<Option<Self>, DbErr> {
        let sql = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()";
        let row = pool.query_one_raw(statement(sql, [])).await?;
        let text: Option<String> = match row {
            Some(row) => row.try_get_by_index(0)?,
            None => None,
        };
        Ok(text.as_deref().and_then(Self::parse))
    }

    /// Writes it on the connected database.
    pub(super) async fn write(&self, pool: &DatabaseConnection) -> Result<(), DbErr> {
        let database = super::database(self.members);
        // Neither name nor marker can hold a quote.
        let sql = format!("COMMENT ON DATABASE \"{database}\" IS '{self}'");
        pool.execute_unprepared(&sql).await?;
        Ok(())
    }

    fn parse(text: &str) -> Option<Self> {
        let mut words = text.split(' ');
        let marker = Self {
            members: words.next()?.parse().ok()?,
            made_by: u64::from_str_radix(words.next()?, 16).ok()?,
            made_on: words.next()?.parse().ok()?,
        };
        words.next().is_none().then_some(marker)
    }
}

impl fmt::Display for Marker {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            members,
            made_by,
            made_on,
        } = self;
        write!(formatter, "{members} {made_by:x} {made_on}")
    }
}

#[cfg(test)]
mod tests {
    use chrono::{NaiveDate, TimeDelta};

    use super::Marker;

    #[test]
    fn a_marker_is_read_as_it_was_written() {
        let made_on = NaiveDate::from_ymd_opt(2026, 3, 18).unwrap();
        let marker = Marker::new(500, made_on);
        assert_eq!(Marker::parse(&marker.to_string()), Some(marker));
        for other in ["", "500", "500 zz 2026-03-18", "500 1 2026-03-18 more"] {
            assert_eq!(Marker::parse(other), None, "{other}");
        }
    }

    #[test]
    fn another_size_another_way_and_another_week_make_it_anew() {
        let made_on = NaiveDate::from_ymd_opt(2026, 3, 18).unwrap();
        let marker = Marker::new(500, made_on);
        let on = |day| marker.serves(500, made_on + TimeDelta::days(day));
        assert!(on(0) && on(6) && !on(7) && !on(-1));
        assert!(!marker.serves(501, made_on));
        let other = Marker {
            made_by: marker.made_by ^ 1,
            ..marker
        };
        assert!(!other.serves(500, made_on));
    }
}
