//! A cycle's workouts as a calendar (RFC 5545).
//!
//! Workouts have a date but no time, so events are all-day events that do not block the time. Their dates are
//! independent of time zones; the member's time zone is a property of the calendar.

use chrono::{DateTime, Utc};
use icalendar::{Calendar, Class, Component as _, Event, EventLike as _, Property};

use super::{PlanAttachment, PlanDay};
use crate::mail::{formatting::counted, recipient::one_line};

/// Writes one event for each day with workouts. Event ids are derived from the cycle, the day and `domain`, so a second
/// import updates the events of the first.
pub(in crate::mail) fn write(
    plan: &PlanAttachment,
    domain: &str,
    sender_name: &str,
    link: &str,
    now: DateTime<Utc>,
) -> String {
    let name = format!("{sender_name}: cycle {}", plan.cycle_number);
    let mut calendar = Calendar::empty();
    calendar
        .append_property(Property::new("VERSION", "2.0"))
        .append_property(Property::new("PRODID", "-//coach//workouts//EN"))
        .append_property(Property::new("CALSCALE", "GREGORIAN"))
        .append_property(Property::new("METHOD", "PUBLISH"))
        .append_property(Property::new("X-WR-CALNAME", one_line(&name)))
        .append_property(Property::new("X-WR-TIMEZONE", plan.time_zone.name()));
    for day in plan.days.iter().filter(|day| !day.workouts.is_empty()) {
        let event = Event::new()
            .uid(&format!("{}-{:02}@{domain}", plan.cycle, day.number))
            .timestamp(now)
            .starts(day.date)
            .summary(&titles(day))
            .description(&description(day))
            .url(link)
            .class(Class::Private)
            .add_property("TRANSP", "TRANSPARENT")
            .done();
        calendar.push(event);
    }
    calendar.to_string()
}

fn titles(day: &PlanDay) -> String {
    let titles = day.workouts.iter().map(|workout| one_line(&workout.title));
    titles.collect::<Vec<_>>().join(", ")
}

fn description(day: &PlanDay) -> String {
    let minutes = day.workouts.iter();
    let minutes = minutes.map(|workout| i64::from(workout.minutes)).sum();
    format!("Day {}, {}", day.number, counted(minutes, "minute"))
}
