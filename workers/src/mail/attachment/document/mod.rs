//! A cycle's meals as a PDF: for each week its days, then what to buy for them. Tagged for screen readers (PDF/UA-1),
//! A4.

mod draw;
mod face;
mod paper;

use coach_domain::{day::MealSlot, shopping::ShoppingItem};

use self::{
    draw::draw,
    face::Faces,
    paper::{Ink, Paper, Role, Style},
};
use super::{PlanAttachment, PlanDay};
use crate::mail::words::{Words, counted};

/// Where meals begin, beside their slots; points from the left margin.
const BESIDE: f32 = 70.0;

/// Why there is no document: a defect.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(in crate::mail) enum Error {
    #[error("a font cannot be read")]
    Font,
    #[error("{0}")]
    Document(String),
}

/// The document's bytes; the same plan gives the same bytes.
pub(in crate::mail) fn write(
    plan: &PlanAttachment,
    house: &str,
    words: Words,
) -> Result<Vec<u8>, Error> {
    let faces = Faces::new().ok_or(Error::Font)?;
    let mut paper = Paper::new(&faces);
    let title = format!("Meals of cycle {}", plan.cycle_number);
    paper.write(Role::Title, Style::TITLE, &title);
    if let (Some(first), Some(last)) = (plan.days.first(), plan.days.last()) {
        let dates = format!("{} to {}", words.date(first.date), words.date(last.date));
        paper.write(Role::Text, Style::QUIET, &dates);
    }
    for ((days, shopping), number) in plan.weeks().zip(1..) {
        if number > 1 {
            paper.turn();
        }
        let first = days
            .first()
            .map_or_else(String::new, |day| words.short_date(day.date));
        paper.write(
            Role::Section,
            Style::SECTION,
            &format!("Week {number}, from {first}"),
        );
        for day in days {
            write_day(&mut paper, day, words);
        }
        let items = shopping
            .map(|list| list.items.as_slice())
            .unwrap_or_default();
        if !items.is_empty() {
            paper.turn();
            paper.write(
                Role::Section,
                Style::SECTION,
                &format!("Shopping list for week {number}"),
            );
            let items: Vec<_> = items.iter().map(|item| to_buy(item, words)).collect();
            paper.write_boxes(&items);
        }
    }
    draw(&paper, &faces, house, &title, words.language())
}

fn write_day(paper: &mut Paper<'_>, day: &PlanDay, words: Words) {
    paper.keep_together(|paper| {
        let date = format!("{} · Day {}", words.date(day.date), day.number);
        paper.write(Role::Day, Style::DAY, &date);
        for workout in &day.workouts {
            let text = format!("{} ({} min)", workout.title, workout.minutes);
            paper.write_beside("Workout ", Ink::Green, BESIDE, &text);
        }
        for meal in &day.meals {
            let servings = if meal.servings == 1 {
                String::new()
            } else {
                format!(" ({})", counted(i64::from(meal.servings), "serving"))
            };
            let text = format!("{}{servings}", meal.title);
            paper.write_beside(slot(meal.slot), Ink::Grey, BESIDE, &text);
        }
    });
}

/// With a space, which parts it from what is beside it for who has it read out.
fn slot(slot: MealSlot) -> &'static str {
    match slot {
        MealSlot::Breakfast => "Breakfast ",
        MealSlot::Lunch => "Lunch ",
        MealSlot::Dinner => "Dinner ",
        MealSlot::Snack => "Snack ",
    }
}

/// `Carrots, 250 g + 2 × 1 bunch`.
fn to_buy(item: &ShoppingItem, words: Words) -> String {
    let grams = item.grams.map(|grams| words.groceries(grams));
    let mut amounts: Vec<String> = grams.into_iter().collect();
    let mut rest = item.quantities.as_slice();
    while let Some(quantity) = rest.first() {
        let same = rest.iter().take_while(|other| *other == quantity).count();
        rest = &rest[same..];
        match (quantity.trim(), same) {
            ("", _) => {}
            (quantity, 1) => amounts.push(quantity.to_owned()),
            (quantity, times) => amounts.push(format!("{times} × {quantity}")),
        }
    }
    if amounts.is_empty() {
        item.name.clone()
    } else {
        format!("{}, {}", item.name, amounts.join(" + "))
    }
}
