//! A cycle's days are over, and its check-in waits.
//!
//! A service mail although it reminds: without the check-in the plan that the member follows stands still. At most
//! once: the app shows it too, and a reminder that comes twice nags.

use coach_domain::mail::{Repeat, letter::CheckInDue};

use super::{
    Footing, Template,
    page::{Desk, Sheet, parts},
};
use crate::mail::Error;

struct Body {
    opening: String,
    link: String,
}

parts!(
    CheckInDue,
    Body,
    "mail/check-in-due.html",
    "mail/check-in-due.txt"
);

impl Template for CheckInDue {
    const FOOTING: Footing = Footing::Service;
    const REPEAT: Repeat = Repeat::AtMostOnce;

    fn write(&self, desk: &Desk<'_>) -> Result<Sheet, Error> {
        let opened_on = desk.words.date(self.opened_on);
        let body = Body {
            opening: format!(
                "Cycle {} is complete. Your check-in has been open since {opened_on}.",
                self.cycle_number
            ),
            link: desk.house.link("check-in"),
        };
        let page = desk.page(
            "Four weeks done: time to check in",
            "Two minutes, and your next four weeks are planned.",
            "You get this mail because you follow a plan.",
        );
        sheet(&page, &body)
    }
}
