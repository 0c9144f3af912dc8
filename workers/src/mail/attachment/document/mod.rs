//! A cycle's meals as a PDF: for each week its days, then what to buy for them. Tagged for screen readers (PDF/UA-1),
//! A4.

mod draw;
mod face;
mod paper;

use self::{
    draw::draw,
    face::Faces,
    paper::{Ink, Paper, Role, Style},
};
use super::{PlanAttachment, PlanDay, line};
use crate::mail::words::Words;

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

/// The document's bytes; the same plan gives the same bytes. `None` where a text is in a script that the fonts lack: a
/// document that nobody can read is none.
pub(in crate::mail) fn write(
    plan: &PlanAttachment,
    house: &str,
    words: Words,
) -> Result<Option<Vec<u8>>, Error> {
    let faces = Faces::new().ok_or(Error::Font)?;
    if !plan.texts().chain([house]).all(|text| faces.can_show(text)) {
        return Ok(None);
    }
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
            let items: Vec<_> = items.iter().map(|item| line::to_buy(item, words)).collect();
            paper.write_boxes(&items);
        }
    }
    draw(&paper, &faces, house, &title, words.language()).map(Some)
}

fn write_day(paper: &mut Paper<'_>, day: &PlanDay, words: Words) {
    paper.keep_together(|paper| {
        let date = format!("{} · Day {}", words.date(day.date), day.number);
        paper.write(Role::Day, Style::DAY, &date);
        for workout in &day.workouts {
            paper.write_beside("Workout ", Ink::Green, BESIDE, &line::workout(workout));
        }
        for meal in &day.meals {
            // With a space, which parts it from what is beside it for who has it read out.
            let slot = format!("{} ", line::slot(meal.slot));
            paper.write_beside(&slot, Ink::Grey, BESIDE, &line::meal(meal));
        }
    });
}
