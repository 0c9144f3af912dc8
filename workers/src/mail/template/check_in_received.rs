//! The member has submitted a check-in.
//!
//! Sent at least once, since it confirms what the member sent.

use coach_domain::mail::{DeliveryGuarantee, letter::CheckInReceived};

use super::{
    ConsentBasis, Template,
    page::{RenderContext, RenderedEmail, letter_templates},
};
use crate::mail::{Error, formatting::Formatting};

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
    Body,
    "mail/check-in-received.html",
    "mail/check-in-received.txt"
);

impl Template for CheckInReceived {
    const CONSENT_BASIS: ConsentBasis = ConsentBasis::Service;
    const DELIVERY_GUARANTEE: DeliveryGuarantee = DeliveryGuarantee::AtLeastOnce;

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
            facts: self.facts(formatting),
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

trait Facts {
    fn facts(&self, formatting: Formatting) -> Vec<(&'static str, String)>;
}

impl Facts for CheckInReceived {
    fn facts(&self, formatting: Formatting) -> Vec<(&'static str, String)> {
        let weight = self
            .weight_grams
            .map(|grams| match self.weight_change_grams {
                Some(change) => {
                    format!(
                        "{} ({})",
                        formatting.weight(grams),
                        formatting.weight_change(change)
                    )
                }
                None => formatting.weight(grams),
            });
        let waist = self
            .waist_change_millimetres
            .map(|change| formatting.length_change(change));
        let facts = [("Weight", weight), ("Waist", waist)];
        let known = facts
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)));
        known.collect()
    }
}
