//! A code to sign in with.
//!
//! At least once: a second copy of the same code does no harm, a lost one locks somebody out. After its end it is not
//! sent.

use chrono::{DateTime, Utc};
use coach_domain::mail::{Repeat, letter::SignInCode};

use super::{
    Footing, Template,
    page::{Desk, Sheet, parts},
};
use crate::mail::{Error, recipient::one_line, words};

struct Body {
    code: String,
    minutes: String,
}

parts!(
    SignInCode,
    Body,
    "mail/sign-in-code.html",
    "mail/sign-in-code.txt"
);

impl Template for SignInCode {
    const FOOTING: Footing = Footing::Service;
    const REPEAT: Repeat = Repeat::AtLeastOnce;

    fn useful_until(&self) -> Option<DateTime<Utc>> {
        Some(self.expires_at)
    }

    fn write(&self, desk: &Desk<'_>) -> Result<Sheet, Error> {
        let body = Body {
            code: one_line(&self.code),
            minutes: words::minutes(self.expires_at - desk.now),
        };
        let page = desk.page(
            &format!("{} is your {} sign-in code", body.code, desk.house.name),
            &format!("It works once, within the next {}.", body.minutes),
            "You get this mail because somebody wants to sign in with this address.",
        );
        sheet(&page, &body)
    }
}
