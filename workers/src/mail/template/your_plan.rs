//! A cycle has begun: its workouts as a calendar, its meals as a PDF, or in the mail itself where they are in a script
//! that the PDF's fonts lack.
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
    attachment::{PlanAttachment, PlanDay, calendar, document, line},
    recipient::one_line,
    words::{self, Words},
};

struct Body {
    opening: String,
    /// Date and workouts.
    first_week: Vec<(String, String)>,
    link: String,
    /// What the PDF would say; empty where it is attached.
    weeks: Vec<Week>,
}

struct Week {
    title: String,
    /// Date, and for each meal and workout what it is and its title.
    days: Vec<(String, Vec<(&'static str, String)>)>,
    shopping: Vec<String>,
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
        let document = document::write(plan, &desk.house.name, words);
        let document = document.map_err(|error| Error::defect(Self::KIND, error))?;
        let body = Body {
            opening: format!(
                "{ready}: {workouts} and all meals of four weeks, to {goal}. Day one is {starts_on}."
            ),
            first_week: first_week(plan, words),
            link: desk.house.link("plan"),
            weeks: match document {
                Some(_) => Vec::new(),
                None => weeks(plan, words),
            },
        };
        let page = desk.page(
            &format!("{begins} on {starts_on}"),
            if document.is_some() {
                "Your workouts for your calendar and your shopping lists are attached."
            } else {
                "Your workouts for your calendar are attached, and your shopping lists are inside."
            },
            "You get this mail because you follow a plan.",
        );
        let calendar = calendar::write(
            plan,
            desk.house.domain(),
            &desk.house.name,
            &desk.house.link("plan"),
            desk.now,
        );
        let mut sheet = sheet(&page, &body)?;
        let document = document.map(|bytes| Attachment {
            name: format!("meals-{}.pdf", plan.starts_on),
            media_type: "application/pdf",
            bytes,
        });
        let calendar = Attachment {
            name: format!("workouts-{}.ics", plan.starts_on),
            media_type: "text/calendar; charset=utf-8; method=PUBLISH",
            bytes: calendar.into_bytes(),
        };
        sheet.attachments = [calendar].into_iter().chain(document).collect();
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
        let workouts = workouts.map(|workout| one_line(&line::workout(workout)));
        (
            words.short_date(day.date),
            workouts.collect::<Vec<_>>().join(", "),
        )
    });
    row.collect()
}

fn weeks(plan: &PlanAttachment, words: Words) -> Vec<Week> {
    let weeks = plan.weeks().zip(1..).map(|((days, shopping), number)| {
        let items = shopping.map_or(&[][..], |list| &list.items);
        let items = items
            .iter()
            .map(|item| one_line(&line::to_buy(item, words)));
        Week {
            title: format!("Week {number}"),
            days: days
                .iter()
                .map(|day| (words.short_date(day.date), parts(day)))
                .collect(),
            shopping: items.collect(),
        }
    });
    weeks.collect()
}

fn parts(day: &PlanDay) -> Vec<(&'static str, String)> {
    let workouts = day
        .workouts
        .iter()
        .map(|workout| ("Workout", line::workout(workout)));
    let meals = day
        .meals
        .iter()
        .map(|meal| (line::slot(meal.slot), line::meal(meal)));
    let parts = workouts.chain(meals);
    parts.map(|(what, text)| (what, one_line(&text))).collect()
}
