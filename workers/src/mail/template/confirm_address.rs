//! The code that confirms a member's address.
//!
//! At least once: twice the same code does no harm, and without it no other mail comes.

use chrono::{DateTime, Utc};
use coach_domain::mail::{Repeat, letter::ConfirmAddress};

use super::{
    Footing, Template,
    page::{Desk, Sheet, parts},
};
use crate::mail::{Error, recipient::one_line};

struct Body {
    code: String,
    until: String,
}

parts!(
    ConfirmAddress,
    Body,
    "mail/confirm-address.html",
    "mail/confirm-address.txt"
);

impl Template for ConfirmAddress {
    const FOOTING: Footing = Footing::Confirmation;
    const REPEAT: Repeat = Repeat::AtLeastOnce;

    fn useful_until(&self) -> Option<DateTime<Utc>> {
        Some(self.expires_at)
    }

    fn write(&self, desk: &Desk<'_>) -> Result<Sheet, Error> {
        let body = Body {
            code: one_line(&self.code),
            until: desk.words.moment(self.expires_at),
        };
        let page = desk.page(
            &format!("{} is the code for your address", body.code),
            "It confirms that this address is yours.",
            "You get this mail because somebody registered with this address.",
        );
        sheet(&page, &body)
    }
}
