//! A subscription ends soon.
//!
//! A service mail, since it is about the end of a contract, and says what happens then. Sent at least once, since it is
//! about money.

use chrono::{DateTime, Utc};
use coach_domain::mail::letter::SubscriptionExpiring;

use super::{Error, RenderContext, RenderedEmail, Template, letter_templates};
use crate::mail::formatting;

struct Body {
    opening: String,
    choice: String,
    link: String,
}

letter_templates!(
    SubscriptionExpiring,
    "mail/subscription-expiring.html",
    "mail/subscription-expiring.txt"
);

impl Template for SubscriptionExpiring {
    fn useful_until(&self) -> Option<DateTime<Utc>> {
        Some(self.ends_at)
    }

    fn write(&self, context: &RenderContext<'_>) -> Result<RenderedEmail, Error> {
        let (what, again) = if self.is_trial {
            ("trial", "subscribe")
        } else {
            ("subscription", "renew it")
        };
        let ends_on = context.formatting.date_of(self.ends_at);
        let shop = formatting::shop(self.provider);
        let body = Body {
            opening: format!(
                "Your {what} ends on {}. It does not renew by itself, so nothing will be charged.",
                context.formatting.moment(self.ends_at)
            ),
            choice: format!(
                "If you want to go on with your plan without a gap, {again} {shop} before then."
            ),
            link: context.sender.link("subscription"),
        };
        let page = context.page(
            &format!("Your {what} ends on {ends_on}"),
            "Nothing will be charged. What happens then, and how to go on.",
            "You get this mail because it concerns your subscription.",
        );
        render_page(&page, &body)
    }
}
