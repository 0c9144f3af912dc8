//! A member has registered.
//!
//! Sent at least once, since it is the first sign that the registration worked.

use coach_domain::mail::letter::Welcome;

use super::{Error, RenderContext, RenderedEmail, Template, letter_templates};

struct Body {
    link: String,
}

letter_templates!(Welcome, "mail/welcome.html", "mail/welcome.txt");

impl Template for Welcome {
    fn write(&self, context: &RenderContext<'_>) -> Result<RenderedEmail, Error> {
        let page = context.page(
            &format!("Welcome to {}", context.sender.name),
            "A few answers, and your first four weeks are planned.",
            "You get this mail because you registered with this address.",
        );
        let link = context.sender.link("start");
        render_page(&page, &Body { link })
    }
}
