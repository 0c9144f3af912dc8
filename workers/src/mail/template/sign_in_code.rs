//! A code to sign in with.
//!
//! Sent at least once: a second copy of the same code does no harm, but without it the user cannot sign in. It is not
//! sent after the code has expired.

use chrono::{DateTime, Utc};
use coach_domain::mail::letter::SignInCode;

use super::{Error, RenderContext, RenderedEmail, Template, letter_templates};
use crate::mail::{formatting, recipient::one_line};

struct Body {
    code: String,
    minutes: String,
}

letter_templates!(
    SignInCode,
    "mail/sign-in-code.html",
    "mail/sign-in-code.txt"
);

impl Template for SignInCode {
    fn useful_until(&self) -> Option<DateTime<Utc>> {
        Some(self.expires_at)
    }

    fn write(&self, context: &RenderContext<'_>) -> Result<RenderedEmail, Error> {
        let body = Body {
            code: one_line(&self.code),
            minutes: formatting::minutes(self.expires_at - context.now),
        };
        let page = context.page(
            &format!("{} is your {} sign-in code", body.code, context.sender.name),
            &format!("It works once, within the next {}.", body.minutes),
            "You get this mail because somebody wants to sign in with this address.",
        );
        render_page(&page, &body)
    }
}
