//! The clock, injected so that tests can set the time.

use chrono::{DateTime, Datelike as _, NaiveDate, Timelike as _, Utc};
use chrono_tz::Tz;

/// A source of the current time.
pub trait Clock: Send + Sync + 'static {
    /// The current time.
    fn now(&self) -> DateTime<Utc>;

    /// The current date in a time zone.
    fn today(&self, zone: Tz) -> NaiveDate {
        self.now().with_timezone(&zone).date_naive()
    }
}

/// Whether a time from outside can be stored: Postgres supports a smaller range of years than chrono.
pub fn is_storable(moment: DateTime<Utc>) -> bool {
    (1970..3000).contains(&moment.year())
}

/// A time in the precision of Postgres, so that it is the same in a response, in an event and in a row: truncated to
/// microseconds, with a leap second as the first second of the next minute.
pub fn to_stored_precision(moment: DateTime<Utc>) -> DateTime<Utc> {
    let beyond = moment.nanosecond() / 1_000_000_000;
    let nanoseconds = moment.nanosecond() % 1_000_000_000;
    let seconds = moment.timestamp() + i64::from(beyond);
    DateTime::from_timestamp(seconds, nanoseconds / 1_000 * 1_000).unwrap_or(moment)
}

/// A time truncated to whole seconds.
pub fn truncate_to_second(moment: DateTime<Utc>) -> DateTime<Utc> {
    moment.with_nanosecond(0).unwrap_or(moment)
}

/// Serialises a time for external consumers: in whole seconds, because many parsers of ISO 8601 accept no fractions.
pub mod whole_seconds {
    use chrono::{DateTime, SecondsFormat, Utc};
    use serde::{Deserialize as _, Deserializer, Serializer};

    /// Writes a time in whole seconds.
    pub fn serialize<S: Serializer>(
        moment: &DateTime<Utc>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&moment.to_rfc3339_opts(SecondsFormat::Secs, true))
    }

    /// Reads a time of any precision.
    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<DateTime<Utc>, D::Error> {
        DateTime::deserialize(deserializer)
    }

    /// The same for a time that may be missing.
    pub mod option {
        use super::{DateTime, Deserializer, SecondsFormat, Serializer, Utc};
        use serde::{Deserialize as _, Serialize as _};

        /// Writes a time in whole seconds, or null.
        pub fn serialize<S: Serializer>(
            moment: &Option<DateTime<Utc>>,
            serializer: S,
        ) -> Result<S::Ok, S::Error> {
            let text = moment.map(|moment| moment.to_rfc3339_opts(SecondsFormat::Secs, true));
            text.serialize(serializer)
        }

        /// Reads a time of any precision, or null.
        pub fn deserialize<'de, D: Deserializer<'de>>(
            deserializer: D,
        ) -> Result<Option<DateTime<Utc>>, D::Error> {
            Option::deserialize(deserializer)
        }
    }
}

/// The time of a Unix timestamp in seconds; `None` when it cannot be stored.
pub fn from_seconds(seconds: i64) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp(seconds, 0).filter(|moment| is_storable(*moment))
}

/// The time of a Unix timestamp in milliseconds; `None` when it cannot be stored.
pub fn from_milliseconds(milliseconds: i64) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_millis(milliseconds).filter(|moment| is_storable(*moment))
}

/// The system clock, truncated to the microseconds that Postgres stores, so that a time is the same in a response, in
/// its repetitions and when it is read back.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "the only place that reads the system clock"
    )]
    fn now(&self) -> DateTime<Utc> {
        to_stored_precision(Utc::now())
    }
}

/// A clock with an offset from another clock, for trying out other days.
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

    use super::{Clock as _, SystemClock, to_stored_precision};

    #[test]
    fn stored_times_have_microseconds_and_no_leap_seconds() {
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
            assert_eq!(to_stored_precision(moment(given)), moment(is), "{given}");
        }
    }

    #[test]
    fn a_moment_is_the_same_when_it_is_read_back() {
        for _ in 0..1_000 {
            assert_eq!(SystemClock.now().nanosecond() % 1_000, 0);
        }
    }
}
