//! A subscription has ended.
//!
//! Marketing: the contract is over, and what is written after that is to win somebody back. At least once.

use coach_domain::mail::{Repeat, letter::SubscriptionLapsed};

use super::{
    Footing, Template,
    page::{Desk, Sheet, parts},
};
use crate::mail::{Error, words};

struct Body {
    opening: String,
    place: String,
    link: String,
}

parts!(
    SubscriptionLapsed,
    Body,
    "mail/subscription-lapsed.html",
    "mail/subscription-lapsed.txt"
);

impl Template for SubscriptionLapsed {
    const FOOTING: Footing = Footing::Marketing;
    const REPEAT: Repeat = Repeat::AtLeastOnce;

    fn write(&self, desk: &Desk<'_>) -> Result<Sheet, Error> {
        let what = if self.is_trial {
            "trial"
        } else {
            "subscription"
        };
        let ended_on = desk.words.date_of(self.ended_at);
        let body = Body {
            opening: format!("Your {what} ended on {ended_on}. Thank you for having been here."),
            place: format!("You can do so {} at any time.", words::shop(self.provider)),
            link: desk.house.link("subscription"),
        };
        let page = desk.page(
            &format!("Your {what} has ended"),
            "Your history stays, and your plan waits.",
            "You get this mail because you had a subscription.",
        );
        sheet(&page, &body)
    }
}
