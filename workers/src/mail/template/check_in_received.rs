//! A check-in is in.
//!
//! At least once: it confirms what the member sent.

use coach_domain::mail::{Repeat, letter::CheckInReceived};

use super::{
    Footing, Template,
    page::{Desk, Sheet, parts},
};
use crate::mail::{Error, words::Words};

struct Body {
    opening: String,
    /// Measure and value.
    facts: Vec<(&'static str, String)>,
    next: Option<String>,
    link: String,
    label: &'static str,
}

parts!(
    CheckInReceived,
    Body,
    "mail/check-in-received.html",
    "mail/check-in-received.txt"
);

impl Template for CheckInReceived {
    const FOOTING: Footing = Footing::Service;
    const REPEAT: Repeat = Repeat::AtLeastOnce;

    fn write(&self, desk: &Desk<'_>) -> Result<Sheet, Error> {
        let words = desk.words;
        let on = words.date_of(self.submitted_at);
        let next = self.next_starts_on.map(|date| words.date(date));
        let (path, label, preview) = match &next {
            Some(date) => (
                "plan",
                "See your plan",
                format!("Your next four weeks start on {date}."),
            ),
            None => ("check-ins", "See your check-ins", "Well done.".to_owned()),
        };
        let body = Body {
            opening: format!(
                "Your check-in of cycle {} came in on {on}. Well done.",
                self.cycle_number
            ),
            facts: self.facts(words),
            next: next.map(|date| {
                format!("Your next four weeks start on {date}, with what you told us worked in.")
            }),
            link: desk.house.link(path),
            label,
        };
        let page = desk.page(
            "Thank you for your check-in",
            &preview,
            "You get this mail because you sent a check-in.",
        );
        sheet(&page, &body)
    }
}

trait Facts {
    fn facts(&self, words: Words) -> Vec<(&'static str, String)>;
}

impl Facts for CheckInReceived {
    fn facts(&self, words: Words) -> Vec<(&'static str, String)> {
        let weight = self
            .weight_grams
            .map(|grams| match self.weight_change_grams {
                Some(change) => {
                    format!("{} ({})", words.weight(grams), words.weight_change(change))
                }
                None => words.weight(grams),
            });
        let waist = self
            .waist_change_millimetres
            .map(|change| words.length_change(change));
        let facts = [("Weight", weight), ("Waist", waist)];
        let known = facts
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)));
        known.collect()
    }
}
