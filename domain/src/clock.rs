//! Time, injected so that tests can move it.

use chrono::{DateTime, Datelike as _, NaiveDate, Timelike as _, Utc};
use chrono_tz::Tz;

/// Tells the time.
pub trait Clock: Send + Sync + 'static {
    /// Now.
    fn now(&self) -> DateTime<Utc>;

    /// The date that it is now in a time zone.
    fn today(&self, zone: Tz) -> NaiveDate {
        self.now().with_timezone(&zone).date_naive()
    }
}

/// Whether a moment that somebody else names can be kept: Postgres takes fewer years than chrono.
pub fn can_be_kept(moment: DateTime<Utc>) -> bool {
    (1970..3000).contains(&moment.year())
}

/// A moment as it is kept, and so the same in an answer, in an event and in a row: Postgres counts microseconds and knows
/// no leap seconds, which are the first of the next minute to it.
pub fn kept(moment: DateTime<Utc>) -> DateTime<Utc> {
    let beyond = moment.nanosecond() / 1_000_000_000;
    let nanoseconds = moment.nanosecond() % 1_000_000_000;
    let seconds = moment.timestamp() + i64::from(beyond);
    DateTime::from_timestamp(seconds, nanoseconds / 1_000 * 1_000).unwrap_or(moment)
}

/// The second in which a moment lies.
pub fn whole_second(moment: DateTime<Utc>) -> DateTime<Utc> {
    moment.with_nanosecond(0).unwrap_or(moment)
}

/// Serialises a moment as everybody outside gets it: in whole seconds, since many parsers of ISO 8601 know no others.
pub mod whole_seconds {
    use chrono::{DateTime, SecondsFormat, Utc};
    use serde::{Deserialize as _, Deserializer, Serializer};

    /// A moment.
    pub fn serialize<S: Serializer>(
        moment: &DateTime<Utc>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&moment.to_rfc3339_opts(SecondsFormat::Secs, true))
    }

    /// A moment of any precision.
    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<DateTime<Utc>, D::Error> {
        DateTime::deserialize(deserializer)
    }

    /// A moment that may be missing.
    pub mod option {
        use super::{DateTime, Deserializer, SecondsFormat, Serializer, Utc};
        use serde::{Deserialize as _, Serialize as _};

        /// A moment that may be missing.
        pub fn serialize<S: Serializer>(
            moment: &Option<DateTime<Utc>>,
            serializer: S,
        ) -> Result<S::Ok, S::Error> {
            let text = moment.map(|moment| moment.to_rfc3339_opts(SecondsFormat::Secs, true));
            text.serialize(serializer)
        }

        /// A moment of any precision that may be missing.
        pub fn deserialize<'de, D: Deserializer<'de>>(
            deserializer: D,
        ) -> Result<Option<DateTime<Utc>>, D::Error> {
            Option::deserialize(deserializer)
        }
    }
}

/// The moment so many seconds after 1970, where it can be kept.
pub fn from_seconds(seconds: i64) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp(seconds, 0).filter(|moment| can_be_kept(*moment))
}

/// The moment so many milliseconds after 1970, where it can be kept.
pub fn from_milliseconds(milliseconds: i64) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_millis(milliseconds).filter(|moment| can_be_kept(*moment))
}

/// The machine's clock, in microseconds: Postgres keeps no more, and a moment is to be the same in an answer, in its
/// repeats and in what is read back.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the machine's clock"
    )]
    fn now(&self) -> DateTime<Utc> {
        kept(Utc::now())
    }
}

/// A clock at an offset from another, for trying out other days.
#[derive(Clone, Copy, Debug)]
pub struct ShiftedClock<C>(pub C, pub chrono::TimeDelta);

impl<C: Clock> Clock for ShiftedClock<C> {
    fn now(&self) -> DateTime<Utc> {
        self.0.now() + self.1
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Timelike as _, Utc};

    use super::{Clock as _, SystemClock, kept};

    #[test]
    fn a_leap_second_is_the_next_minute_and_microseconds_are_the_least() {
        let moment = |text: &str| -> DateTime<Utc> { text.parse().expect("a moment") };
        for (given, is) in [
            ("2026-11-25T12:34:60Z", "2026-11-25T12:35:00Z"),
            ("2026-12-31T23:59:60.5Z", "2027-01-01T00:00:00.5Z"),
            ("2026-11-25T13:34:60+01:00", "2026-11-25T12:35:00Z"),
            (
                "2026-11-25T12:34:59.123456789Z",
                "2026-11-25T12:34:59.123456Z",
            ),
            ("2026-11-25T12:34:59Z", "2026-11-25T12:34:59Z"),
        ] {
            assert_eq!(kept(moment(given)), moment(is), "{given}");
        }
    }

    #[test]
    fn a_moment_is_the_same_when_it_is_read_back() {
        for _ in 0..1_000 {
            assert_eq!(SystemClock.now().nanosecond() % 1_000, 0);
        }
    }
}
