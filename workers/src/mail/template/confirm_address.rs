//! The code that confirms a member's address.
//!
//! Sent at least once: a duplicate does no harm, and a member who never gets the code never gets any other mail.

use chrono::{DateTime, Utc};
use coach_domain::mail::letter::ConfirmAddress;

use super::{Error, RenderContext, RenderedEmail, Template, letter_templates};
use crate::mail::recipient::one_line;

struct Body {
    code: String,
    until: String,
}

letter_templates!(
    ConfirmAddress,
    "mail/confirm-address.html",
    "mail/confirm-address.txt"
);

impl Template for ConfirmAddress {
    fn useful_until(&self) -> Option<DateTime<Utc>> {
        Some(self.expires_at)
    }

    fn write(&self, context: &RenderContext<'_>) -> Result<RenderedEmail, Error> {
        let body = Body {
            code: one_line(&self.code),
            until: context.formatting.moment(self.expires_at),
        };
        let page = context.page(
            &format!("{} is the code for your address", body.code),
            "It confirms that this address is yours.",
            "You get this mail because somebody registered with this address.",
        );
        render_page(&page, &body)
    }
}
