//! A subscription ends soon.
//!
//! A service mail: it is about the end of a contract, and tells what happens either way. At least once: it is about
//! money.

use chrono::{DateTime, Utc};
use coach_domain::mail::{Repeat, letter::SubscriptionExpiring};

use super::{
    Footing, Template,
    page::{Desk, Sheet, parts},
};
use crate::mail::{Error, words};

struct Body {
    opening: String,
    choice: String,
    link: String,
}

parts!(
    SubscriptionExpiring,
    Body,
    "mail/subscription-expiring.html",
    "mail/subscription-expiring.txt"
);

impl Template for SubscriptionExpiring {
    const FOOTING: Footing = Footing::Service;
    const REPEAT: Repeat = Repeat::AtLeastOnce;

    fn useful_until(&self) -> Option<DateTime<Utc>> {
        Some(self.ends_at)
    }

    fn write(&self, desk: &Desk<'_>) -> Result<Sheet, Error> {
        let what = if self.is_trial {
            "trial"
        } else {
            "subscription"
        };
        let ends_on = desk.words.date_of(self.ends_at);
        let shop = words::shop(self.provider);
        let again = if self.is_trial {
            "subscribe"
        } else {
            "renew it"
        };
        let body = Body {
            opening: format!(
                "Your {what} ends on {}. It does not renew by itself, so nothing will be charged.",
                desk.words.moment(self.ends_at)
            ),
            choice: format!(
                "If you want to go on with your plan without a gap, {again} {shop} before then."
            ),
            link: desk.house.link("subscription"),
        };
        let page = desk.page(
            &format!("Your {what} ends on {ends_on}"),
            "Nothing will be charged. What happens then, and how to go on.",
            "You get this mail because it concerns your subscription.",
        );
        sheet(&page, &body)
    }
}
