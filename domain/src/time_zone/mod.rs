//! Time zones: by which name they are stored, and when dates begin and end somewhere on earth.
//!
//! Zones are ours alone: no statement has Postgres look one up by a stored name, for it fails as a whole where the
//! server's zone files lack a single one. A name that nobody knows counts as UTC, and is told.

mod link;

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use chrono_tz::{TZ_VARIANTS, Tz};
use sea_orm::Value;

use crate::id::MemberId;

/// Where dates begin first: Kiritimati.
const EASTERNMOST: TimeDelta = TimeDelta::hours(14);

/// Where dates end last: ships and uninhabited islands.
const WESTERNMOST: TimeDelta = TimeDelta::hours(12);

/// The name by which a zone is stored: that of today, where it has several.
pub fn canonical(zone: Tz) -> Tz {
    let links = &link::LINKS;
    let place = links.binary_search_by(|(other_name, _)| (*other_name).cmp(zone.name()));
    let name = place.ok().and_then(|place| links.get(place));
    name.and_then(|(_, name)| name.parse().ok()).unwrap_or(zone)
}

/// A member's zone as it is stored. A name that is none, which only somebody else can have written, counts as UTC.
pub(crate) fn stored(name: &str, member: MemberId) -> Tz {
    if let Ok(zone) = name.parse() {
        canonical(zone)
    } else {
        unknown(name, member);
        Tz::UTC
    }
}

/// Tells of a name that is none.
pub(crate) fn unknown(name: &str, member: MemberId) {
    tracing::error!(
        member = %member.0,
        zone = name,
        "a member has a time zone that nobody knows; their days are those of UTC until it is changed"
    );
}

/// The moment at which a date begins where it does so first.
pub fn begins(date: NaiveDate) -> DateTime<Utc> {
    date.and_time(NaiveTime::MIN).and_utc() - EASTERNMOST
}

/// The date that it is where dates end last. Those before it are over everywhere.
pub fn last_date(now: DateTime<Utc>) -> NaiveDate {
    (now - WESTERNMOST).date_naive()
}

/// The date that it is in every zone, by any of its names: two array parameters, names and dates.
pub(crate) fn dates(now: DateTime<Utc>) -> [Value; 2] {
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

    use super::{begins, canonical, last_date, link::LINKS};

    fn moment(text: &str) -> DateTime<Utc> {
        text.parse().expect("a moment")
    }

    #[test]
    fn links_are_sorted_and_lead_to_names_that_are_no_links() {
        assert!(LINKS.is_sorted_by(|(one, _), (other, _)| one < other));
        for (other_name, name) in LINKS {
            let (other, zone): (Tz, Tz) = (
                other_name.parse().expect(other_name),
                name.parse().expect(name),
            );
            assert_eq!(canonical(other), zone, "{other_name}");
            assert_eq!(canonical(zone), zone, "{name}");
        }
    }

    /// From now on; what was before, members have lived through by dates that are stored.
    #[test]
    fn a_link_has_the_same_clock() {
        let first = moment("2026-01-01T00:00:00Z");
        for (other_name, name) in LINKS {
            let zones: [Tz; 2] = [other_name, name].map(|name| name.parse().expect(name));
            // Fixed offsets of old, which states have since made their own: none of them has summer time.
            for day in 0..400 {
                let at = (first + Days::new(day)).naive_utc();
                let [other, zone] = zones.map(|zone| zone.offset_from_utc_datetime(&at).fix());
                assert_eq!(other, zone, "{other_name} and {name} on {at}");
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
        for (other_name, name) in [
            ("Asia/Calcutta", "Asia/Kolkata"),
            ("US/Eastern", "America/New_York"),
            ("Europe/Kiev", "Europe/Kyiv"),
            ("Zulu", "UTC"),
        ] {
            let zone: Tz = other_name.parse().expect(other_name);
            assert_eq!(canonical(zone).name(), name);
        }
    }

    #[test]
    fn dates_begin_and_end_somewhere() {
        let date = NaiveDate::from_ymd_opt(2026, 3, 18).expect("a date");
        assert_eq!(begins(date), moment("2026-03-17T10:00:00Z"));
        assert_eq!(last_date(moment("2026-03-19T11:59:59Z")), date);
        assert_eq!(
            last_date(moment("2026-03-19T12:00:00Z")),
            date.succ_opt().expect("a date")
        );
        // No zone is beyond.
        for hour in 0..48 {
            let now = moment("2026-03-18T00:00:00Z") + chrono::TimeDelta::hours(hour);
            for zone in TZ_VARIANTS {
                let there = now.with_timezone(&zone).date_naive();
                assert!(there >= last_date(now), "{zone} at {now}");
                assert!(begins(there) <= now, "{zone} at {now}");
            }
        }
    }
}
