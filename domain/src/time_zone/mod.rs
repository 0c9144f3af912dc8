//! Time zones: their canonical names, and when dates begin and end anywhere on earth.
//!
//! Zones are resolved only here: no statement has Postgres look up a stored name, because such a statement fails as a
//! whole when the server's zone files lack a single one. An unknown name counts as UTC, and is logged.

mod link;

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use chrono_tz::{TZ_VARIANTS, Tz};
use sea_orm::Value;

use crate::id::MemberId;

/// The greatest offset from UTC, where dates begin first: Kiritimati.
const EASTERNMOST: TimeDelta = TimeDelta::hours(14);

/// The greatest offset west of UTC, where dates end last: ships and uninhabited islands.
const WESTERNMOST: TimeDelta = TimeDelta::hours(12);

/// The zone under its canonical name, by which it is stored: the current one, where it has several.
pub fn canonical(zone: Tz) -> Tz {
    let links = &link::LINKS;
    let place = links.binary_search_by(|(alias, _)| (*alias).cmp(zone.name()));
    let name = place.ok().and_then(|place| links.get(place));
    name.and_then(|(_, name)| name.parse().ok()).unwrap_or(zone)
}

/// Parses a member's stored time zone. An unknown name, which this program cannot have written, counts as UTC.
pub(crate) fn parse_stored(name: &str, member: MemberId) -> Tz {
    if let Ok(zone) = name.parse() {
        canonical(zone)
    } else {
        log_unknown(name, member);
        Tz::UTC
    }
}

/// Logs an unknown name.
pub(crate) fn log_unknown(name: &str, member: MemberId) {
    tracing::error!(
        member = %member.0,
        zone = name,
        "a member has an unknown time zone; their days are those of UTC until it is changed"
    );
}

/// The time at which a date begins in the easternmost zone.
pub fn earliest_start(date: NaiveDate) -> DateTime<Utc> {
    date.and_time(NaiveTime::MIN).and_utc() - EASTERNMOST
}

/// The current date in the westernmost zone. All earlier dates are over everywhere on earth.
pub fn earliest_local_date(now: DateTime<Utc>) -> NaiveDate {
    (now - WESTERNMOST).date_naive()
}

/// The current dates of all zones, under each of their names, as two array parameters: names and dates.
pub(crate) fn local_dates(now: DateTime<Utc>) -> [Value; 2] {
    let date = |zone: &Tz| now.with_timezone(zone).date_naive();
    let names = TZ_VARIANTS.iter().map(|zone| zone.name().to_owned());
    [
        names.collect::<Vec<String>>().into(),
        TZ_VARIANTS.iter().map(date).collect::<Vec<_>>().into(),
    ]
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Days, NaiveDate, Offset as _, TimeZone as _, Utc};
    use chrono_tz::{TZ_VARIANTS, Tz};

    use super::{canonical, earliest_local_date, earliest_start, link::LINKS};

    fn moment(text: &str) -> DateTime<Utc> {
        text.parse().expect("a moment")
    }

    #[test]
    fn links_are_sorted_and_lead_to_names_that_are_no_links() {
        assert!(LINKS.is_sorted_by(|(one, _), (other, _)| one < other));
        for (alias, name) in LINKS {
            let (other, zone): (Tz, Tz) = (alias.parse().expect(alias), name.parse().expect(name));
            assert_eq!(canonical(other), zone, "{alias}");
            assert_eq!(canonical(zone), zone, "{name}");
        }
    }

    /// Only from now on: dates in the past are already stored.
    #[test]
    fn a_link_has_the_same_clock() {
        let first = moment("2026-01-01T00:00:00Z");
        for (alias, name) in LINKS {
            let zones: [Tz; 2] = [alias, name].map(|name| name.parse().expect(name));
            // Includes names of fixed offsets that are now linked to places without daylight saving time.
            for day in 0..400 {
                let at = (first + Days::new(day)).naive_utc();
                let [other, zone] = zones.map(|zone| zone.offset_from_utc_datetime(&at).fix());
                assert_eq!(other, zone, "{alias} and {name} on {at}");
            }
        }
    }

    #[test]
    fn places_keep_their_names() {
        for name in [
            "Europe/Oslo",
            "Europe/Stockholm",
            "Asia/Kolkata",
            "UTC",
            "Etc/GMT+5",
        ] {
            let zone: Tz = name.parse().expect(name);
            assert_eq!(canonical(zone).name(), name);
        }
        for (alias, name) in [
            ("Asia/Calcutta", "Asia/Kolkata"),
            ("US/Eastern", "America/New_York"),
            ("Europe/Kiev", "Europe/Kyiv"),
            ("Zulu", "UTC"),
        ] {
            let zone: Tz = alias.parse().expect(alias);
            assert_eq!(canonical(zone).name(), name);
        }
    }

    #[test]
    fn dates_begin_and_end_somewhere() {
        let date = NaiveDate::from_ymd_opt(2026, 3, 18).expect("a date");
        assert_eq!(earliest_start(date), moment("2026-03-17T10:00:00Z"));
        assert_eq!(earliest_local_date(moment("2026-03-19T11:59:59Z")), date);
        assert_eq!(
            earliest_local_date(moment("2026-03-19T12:00:00Z")),
            date.succ_opt().expect("a date")
        );
        // No zone is beyond.
        for hour in 0..48 {
            let now = moment("2026-03-18T00:00:00Z") + chrono::TimeDelta::hours(hour);
            for zone in TZ_VARIANTS {
                let there = now.with_timezone(&zone).date_naive();
                assert!(there >= earliest_local_date(now), "{zone} at {now}");
                assert!(earliest_start(there) <= now, "{zone} at {now}");
            }
        }
    }
}
