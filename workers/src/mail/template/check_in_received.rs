//! The member has submitted a check-in.
//!
//! Sent at least once, since it confirms what the member sent.

use coach_domain::mail::letter::CheckInReceived;

use super::{Error, RenderContext, RenderedEmail, Template, letter_templates};
use crate::mail::formatting::Formatting;

struct Body {
    opening: String,
    /// Pairs of a measure and its value.
    facts: Vec<(&'static str, String)>,
    next: Option<String>,
    link: String,
    label: &'static str,
}

letter_templates!(
    CheckInReceived,
    "mail/check-in-received.html",
    "mail/check-in-received.txt"
);

impl Template for CheckInReceived {
    fn write(&self, context: &RenderContext<'_>) -> Result<RenderedEmail, Error> {
        let formatting = context.formatting;
        let on = formatting.date_of(self.submitted_at);
        let next = self.next_starts_on.map(|date| formatting.date(date));
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
            facts: facts(self, formatting),
            next: next.map(|date| {
                format!("Your next four weeks start on {date}, with what you told us worked in.")
            }),
            link: context.sender.link(path),
            label,
        };
        let page = context.page(
            "Thank you for your check-in",
            &preview,
            "You get this mail because you sent a check-in.",
        );
        render_page(&page, &body)
    }
}

/// The measures of a check-in, and how they have changed.
fn facts(letter: &CheckInReceived, formatting: Formatting) -> Vec<(&'static str, String)> {
    let change = letter.weight_change_grams;
    let change = change.map(|grams| format!(" ({})", formatting.weight_change(grams)));
    let weight = letter.weight_grams;
    let weight =
        weight.map(|grams| formatting.weight(grams) + change.as_deref().unwrap_or_default());
    let waist = letter.waist_change_millimetres;
    let waist = waist.map(|change| formatting.length_change(change));
    let facts = weight.map(|weight| ("Weight", weight)).into_iter();
    facts.chain(waist.map(|waist| ("Waist", waist))).collect()
}
