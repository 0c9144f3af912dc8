//! Somebody has registered.
//!
//! At least once: it is the first sign that registering worked.

use coach_domain::mail::{Repeat, letter::Welcome};

use super::{
    Footing, Template,
    page::{Desk, Sheet, parts},
};
use crate::mail::Error;

struct Body {
    link: String,
}

parts!(Welcome, Body, "mail/welcome.html", "mail/welcome.txt");

impl Template for Welcome {
    const FOOTING: Footing = Footing::Service;
    const REPEAT: Repeat = Repeat::AtLeastOnce;

    fn write(&self, desk: &Desk<'_>) -> Result<Sheet, Error> {
        let page = desk.page(
            &format!("Welcome to {}", desk.house.name),
            "A few answers, and your first four weeks are planned.",
            "You get this mail because you registered with this address.",
        );
        let link = desk.house.link("start");
        sheet(&page, &Body { link })
    }
}
