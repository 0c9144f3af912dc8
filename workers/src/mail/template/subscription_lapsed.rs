//! A subscription has ended.
//!
//! Marketing mail: the contract is over, and mail after that is an attempt to win the member back. Sent at least once.

use coach_domain::mail::letter::SubscriptionLapsed;

use super::{Error, RenderContext, RenderedEmail, Template, letter_templates};
use crate::mail::formatting;

struct Body {
    opening: String,
    place: String,
    link: String,
}

letter_templates!(
    SubscriptionLapsed,
    "mail/subscription-lapsed.html",
    "mail/subscription-lapsed.txt"
);

impl Template for SubscriptionLapsed {
    fn write(&self, context: &RenderContext<'_>) -> Result<RenderedEmail, Error> {
        let what = if self.is_trial {
            "trial"
        } else {
            "subscription"
        };
        let ended_on = context.formatting.date_of(self.ended_at);
        let body = Body {
            opening: format!("Your {what} ended on {ended_on}. Thank you for having been here."),
            place: format!(
                "You can do so {} at any time.",
                formatting::shop(self.provider)
            ),
            link: context.sender.link("subscription"),
        };
        let page = context.page(
            &format!("Your {what} has ended"),
            "Your history stays, and your plan waits.",
            "You get this mail because you had a subscription.",
        );
        render_page(&page, &body)
    }
}
