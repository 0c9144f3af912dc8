use chrono::{DateTime, NaiveDate, Utc};
use coach_domain::member::Units;

use super::Formatting;

fn formatting(is_american: bool, units: Units) -> Formatting {
    let time_zone = if is_american {
        "America/New_York"
    } else {
        "Europe/Berlin"
    };
    let time_zone = time_zone.parse().unwrap();
    Formatting {
        is_american,
        time_zone,
        units,
    }
}

#[test]
fn dates_and_times_are_the_recipients() {
    let berlin = formatting(false, Units::Metric);
    let new_york = formatting(true, Units::Imperial);
    let date = NaiveDate::from_ymd_opt(2026, 11, 3).unwrap();
    assert_eq!(berlin.date(date), "Tuesday 3 November");
    assert_eq!(new_york.date(date), "Tuesday, November 3");
    let late: DateTime<Utc> = "2026-11-23T23:30:00Z".parse().unwrap();
    assert_eq!(
        berlin.moment(late),
        "Tuesday 24 November at 00:30 (Europe/Berlin)"
    );
    assert_eq!(
        new_york.moment(late),
        "Monday, November 23 at 6:30 PM (America/New York)"
    );
}

#[test]
fn measures_are_in_the_recipients_units() {
    let (metric, imperial) = (
        formatting(false, Units::Metric),
        formatting(false, Units::Imperial),
    );
    assert_eq!(
        (metric.weight(72_449), imperial.weight(72_449)),
        ("72.4 kg".into(), "159.7 lb".into())
    );
    assert_eq!(metric.weight_change(-1_250), "1.2 kg less");
    assert_eq!(imperial.weight_change(1_250), "2.8 lb more");
    assert_eq!(
        (metric.weight_change(40), metric.weight_change(0)),
        ("the same".into(), "the same".into())
    );
    assert_eq!(
        (metric.length_change(-15), imperial.length_change(-15)),
        ("1.5 cm less".into(), "0.6 in less".into())
    );
}

#[test]
fn groceries_are_never_rounded_down() {
    let (metric, imperial) = (
        formatting(false, Units::Metric),
        formatting(false, Units::Imperial),
    );
    assert_eq!(
        (metric.groceries(999), metric.groceries(1_001)),
        ("999 g".into(), "1.1 kg".into())
    );
    assert_eq!(
        (imperial.groceries(29), imperial.groceries(454)),
        ("2 oz".into(), "1.1 lb".into())
    );
}
