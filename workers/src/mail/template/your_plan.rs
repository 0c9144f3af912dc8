//! A cycle has begun: its workouts are attached as a calendar and its meals as a PDF. Meals in a script that the fonts
//! of the PDF lack are in the mail itself.
//!
//! Sent at least once, since the member has just requested it.

use coach_domain::{mail::letter::YourPlan, outbox::Payload as _};

use super::{
    AttachedFile, Attachment, Error, RenderContext, RenderedEmail, RequiredAttachment, Template,
    letter_templates,
};
use crate::mail::{
    attachment::{PlanAttachment, PlanDay, calendar, document, line},
    formatting::{self, Formatting},
    recipient::one_line,
};

struct Body {
    opening: String,
    /// Pairs of a date and its workouts.
    first_week: Vec<(String, String)>,
    link: String,
    /// The content of the PDF; empty if the PDF is attached.
    weeks: Vec<Week>,
}

struct Week {
    title: String,
    /// Dates, with the kind and the title of each workout and meal.
    days: Vec<(String, Vec<(&'static str, String)>)>,
    shopping: Vec<String>,
}

letter_templates!(YourPlan, "mail/your-plan.html", "mail/your-plan.txt");

impl Template for YourPlan {
    fn required_attachment(&self) -> RequiredAttachment {
        RequiredAttachment::Plan { cycle: self.cycle }
    }

    fn write(&self, context: &RenderContext<'_>) -> Result<RenderedEmail, Error> {
        let Attachment::Plan(plan) = context.attachment else {
            return Err(Error::Attachment(Self::KIND));
        };
        let formatting = context.formatting;
        let starts_on = formatting.date(plan.starts_on);
        let workouts: usize = plan.days.iter().map(|day| day.workouts.len()).sum();
        let workouts = formatting::counted(i64::try_from(workouts).unwrap_or(i64::MAX), "workout");
        let (ready, begins) = if plan.cycle_number == 1 {
            ("Your plan is ready", "Your plan starts")
        } else {
            (
                "Your next four weeks are ready",
                "Your next four weeks start",
            )
        };
        let goal = formatting::goal(plan.goal);
        let document = document::write(plan, &context.sender.name, formatting);
        let document = document.map_err(|error| Error::defect(Self::KIND, error))?;
        let body = Body {
            opening: format!(
                "{ready}: {workouts} and all meals of four weeks, to {goal}. Day one is {starts_on}."
            ),
            first_week: first_week(plan, formatting),
            link: context.sender.link("plan"),
            weeks: match document {
                Some(_) => Vec::new(),
                None => weeks(plan, formatting),
            },
        };
        let page = context.page(
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
            context.sender.domain(),
            &context.sender.name,
            &context.sender.link("plan"),
            context.now,
        );
        let mut rendered = render_page(&page, &body)?;
        let document = document.map(|bytes| AttachedFile {
            name: format!("meals-{}.pdf", plan.starts_on),
            media_type: "application/pdf",
            bytes,
        });
        let calendar = AttachedFile {
            name: format!("workouts-{}.ics", plan.starts_on),
            media_type: "text/calendar; charset=utf-8; method=PUBLISH",
            bytes: calendar.into_bytes(),
        };
        rendered.attachments = [calendar].into_iter().chain(document).collect();
        Ok(rendered)
    }
}

fn first_week(plan: &PlanAttachment, formatting: Formatting) -> Vec<(String, String)> {
    let days = plan.days.iter().take(7);
    let days = days.filter(|day| !day.workouts.is_empty());
    let rows = days.map(|day| {
        let workouts = day.workouts.iter();
        let workouts = workouts.map(|workout| one_line(&line::workout(workout)));
        let workouts = workouts.collect::<Vec<_>>().join(", ");
        (formatting.short_date(day.date), workouts)
    });
    rows.collect()
}

fn weeks(plan: &PlanAttachment, formatting: Formatting) -> Vec<Week> {
    let weeks = plan.weeks().zip(1..).map(|((days, shopping), number)| {
        let items = shopping
            .iter()
            .map(|item| one_line(&line::to_buy(item, formatting)));
        Week {
            title: format!("Week {number}"),
            days: days
                .iter()
                .map(|day| (formatting.short_date(day.date), entries(day)))
                .collect(),
            shopping: items.collect(),
        }
    });
    weeks.collect()
}

fn entries(day: &PlanDay) -> Vec<(&'static str, String)> {
    let workouts = day.workouts.iter();
    let workouts = workouts.map(|workout| ("Workout", line::workout(workout)));
    let meals = day.meals.iter();
    let meals = meals.map(|meal| (line::slot(meal.slot), line::meal(meal)));
    let entries = workouts.chain(meals);
    entries
        .map(|(what, text)| (what, one_line(&text)))
        .collect()
}
