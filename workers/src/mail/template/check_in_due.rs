//! The days of a cycle are over, and its check-in is open.
//!
//! A service mail although it is a reminder: the member's plan cannot continue without the check-in. Sent at most once,
//! since the app shows it too and a second reminder would annoy.

use coach_domain::mail::letter::CheckInDue;

use super::{Error, RenderContext, RenderedEmail, Template, letter_templates};

struct Body {
    opening: String,
    link: String,
}

letter_templates!(
    CheckInDue,
    "mail/check-in-due.html",
    "mail/check-in-due.txt"
);

impl Template for CheckInDue {
    fn write(&self, context: &RenderContext<'_>) -> Result<RenderedEmail, Error> {
        let opened_on = context.formatting.date(self.opened_on);
        let body = Body {
            opening: format!(
                "Cycle {} is complete. Your check-in has been open since {opened_on}.",
                self.cycle_number
            ),
            link: context.sender.link("check-in"),
        };
        let page = context.page(
            "Four weeks done: time to check in",
            "Two minutes, and your next four weeks are planned.",
            "You get this mail because you follow a plan.",
        );
        render_page(&page, &body)
    }
}
