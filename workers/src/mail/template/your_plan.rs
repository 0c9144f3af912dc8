//! A cycle has begun: its workouts as a calendar, its meals as a PDF.
//!
//! At least once: it is what the member just asked for.

use coach_domain::{
    mail::{Repeat, letter::YourPlan},
    outbox::Payload as _,
};

use super::{
    Enclosure, Footing, Needs, Template,
    page::{Attachment, Desk, Sheet, parts},
};
use crate::mail::{
    Error,
    attachment::{PlanAttachment, calendar, document},
    recipient::one_line,
    words::{self, Words},
};

struct Body {
    opening: String,
    /// Date and workouts.
    first_week: Vec<(String, String)>,
    link: String,
}

parts!(YourPlan, Body, "mail/your-plan.html", "mail/your-plan.txt");

impl Template for YourPlan {
    const FOOTING: Footing = Footing::Service;
    const REPEAT: Repeat = Repeat::AtLeastOnce;

    fn needs(&self) -> Needs {
        Needs::Plan { cycle: self.cycle }
    }

    fn write(&self, desk: &Desk<'_>) -> Result<Sheet, Error> {
        let Enclosure::Plan(plan) = desk.enclosure else {
            return Err(Error::Enclosure(Self::KIND));
        };
        let words = desk.words;
        let starts_on = words.date(plan.starts_on);
        let workouts: usize = plan.days.iter().map(|day| day.workouts.len()).sum();
        let workouts = words::counted(i64::try_from(workouts).unwrap_or(i64::MAX), "workout");
        let (ready, begins) = if plan.cycle_number == 1 {
            ("Your plan is ready", "Your plan starts")
        } else {
            (
                "Your next four weeks are ready",
                "Your next four weeks start",
            )
        };
        let goal = words::goal(plan.goal);
        let body = Body {
            opening: format!(
                "{ready}: {workouts} and all meals of four weeks, to {goal}. Day one is {starts_on}."
            ),
            first_week: first_week(plan, words),
            link: desk.house.link("plan"),
        };
        let page = desk.page(
            &format!("{begins} on {starts_on}"),
            "Your workouts for your calendar and your shopping lists are attached.",
            "You get this mail because you follow a plan.",
        );
        let calendar = calendar::write(
            plan,
            desk.house.domain(),
            &desk.house.name,
            &desk.house.link("plan"),
            desk.now,
        );
        let document = document::write(plan, &desk.house.name, words);
        let document = document.map_err(|error| Error::defect(Self::KIND, error))?;
        let mut sheet = sheet(&page, &body)?;
        sheet.attachments = vec![
            Attachment {
                name: format!("workouts-{}.ics", plan.starts_on),
                media_type: "text/calendar; charset=utf-8; method=PUBLISH",
                bytes: calendar.into_bytes(),
            },
            Attachment {
                name: format!("meals-{}.pdf", plan.starts_on),
                media_type: "application/pdf",
                bytes: document,
            },
        ];
        Ok(sheet)
    }
}

fn first_week(plan: &PlanAttachment, words: Words) -> Vec<(String, String)> {
    let days = plan
        .days
        .iter()
        .take(7)
        .filter(|day| !day.workouts.is_empty());
    let row = days.map(|day| {
        let workouts = day.workouts.iter();
        let workouts = workouts
            .map(|workout| format!("{} ({} min)", one_line(&workout.title), workout.minutes));
        (
            words.short_date(day.date),
            workouts.collect::<Vec<_>>().join(", "),
        )
    });
    row.collect()
}
