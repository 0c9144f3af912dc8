//! The attached calendar, parsed by an independent library.

use std::collections::BTreeSet;

use calcard::icalendar::{ICalendar, ICalendarComponentType, ICalendarProperty, ICalendarValue};

use crate::{
    outline::Outline,
    sample::{Sample, plan, samples},
};
use coach_workers::mail::{Attachment, attachment::PlanAttachment};

fn calendar(plan: PlanAttachment) -> String {
    let sample = samples().remove(2);
    let sample = Sample {
        attachment: Attachment::Plan(Box::new(plan)),
        ..sample
    };
    let outline = Outline::of(&sample.render().unwrap().mime);
    let (name, media_type, bytes) = outline.attachments.into_iter().next().unwrap();
    assert_eq!(
        (name.as_str(), media_type.as_str()),
        ("workouts-2026-11-23.ics", "text/calendar")
    );
    String::from_utf8(bytes).unwrap()
}

/// The texts of a property of each event.
fn values(calendar: &ICalendar, property: &ICalendarProperty) -> Vec<String> {
    let events = calendar
        .components
        .iter()
        .filter(|component| component.component_type == ICalendarComponentType::VEvent);
    let values = events.map(|event| {
        let entry = event.entries.iter().find(|entry| entry.name == *property);
        match &entry.unwrap_or_else(|| panic!("{property:?}")).values[0] {
            ICalendarValue::Text(text) => text.clone(),
            ICalendarValue::PartialDateTime(date) => {
                format!(
                    "{:?}-{:?}-{:?} {:?}",
                    date.year.unwrap(),
                    date.month.unwrap(),
                    date.day.unwrap(),
                    date.hour
                )
            }
            other => format!("{other:?}"),
        }
    });
    values.collect()
}

#[test]
fn each_day_with_workouts_is_an_event() {
    let text = calendar(plan());
    assert!(
        text.split("\r\n").all(|line| line.len() <= 75),
        "lines are folded"
    );
    assert!(text.ends_with("END:VCALENDAR\r\n"));
    let calendar = ICalendar::parse(&text).unwrap();
    let starts = values(&calendar, &ICalendarProperty::Dtstart);
    assert_eq!(starts.len(), 12);
    // A date without a time: the same day wherever the member is.
    assert_eq!(
        starts[..3],
        ["2026-11-23 None", "2026-11-25 None", "2026-11-27 None"]
    );
    let summaries = values(&calendar, &ICalendarProperty::Summary);
    assert_eq!(
        summaries[..2],
        ["Full-body strength", "Intervals, short & hard, Stretching"]
    );
    assert_eq!(
        values(&calendar, &ICalendarProperty::Description)[1],
        "Day 3, 35 minutes"
    );
    let ids: BTreeSet<_> = values(&calendar, &ICalendarProperty::Uid)
        .into_iter()
        .collect();
    assert_eq!(ids.len(), 12);
    assert!(
        ids.iter().all(|id| id.ends_with("@coach.example")),
        "{ids:?}"
    );
    assert!(
        text.contains("X-WR-TIMEZONE:Europe/Berlin\r\n") && text.contains("METHOD:PUBLISH\r\n")
    );
    for secret in ["ada", "Ada", "Łódzka", "example.com"] {
        assert!(!text.contains(secret), "{secret}");
    }
}

#[test]
fn titles_cannot_end_a_line_or_an_event() {
    for attack in [
        "x\r\nEND:VEVENT\r\nBEGIN:VALARM",
        "a;b,c\\n:d\\",
        "\u{2028}x",
        "名前 😀 ".repeat(50).as_str(),
    ] {
        let mut plan = plan();
        attack.clone_into(&mut plan.days[0].workouts[0].title);
        let text = calendar(plan);
        let calendar = ICalendar::parse(&text).unwrap();
        let summaries = values(&calendar, &ICalendarProperty::Summary);
        assert_eq!(summaries.len(), 12, "{attack}");
        let words = |text: &str| {
            text.split_whitespace()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        assert_eq!(
            words(&summaries[0]),
            words(&attack.replace('\u{2028}', " ")),
            "{text}"
        );
        assert!(text.split("\r\n").all(|line| line.len() <= 75));
    }
}
