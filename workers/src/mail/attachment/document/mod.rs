//! A cycle's meals as a PDF: the days of each week, followed by its shopping list. Pages are A4, and tagged for screen
//! readers (PDF/UA-1).

mod draw;
mod face;
mod layout;

use self::{
    draw::draw,
    face::Faces,
    layout::{Ink, Layout, Role},
};
use super::{PlanAttachment, PlanDay, line};
use crate::mail::formatting::Formatting;

/// The width of the labels beside meals, in points.
const LABEL_WIDTH: f32 = 70.0;

/// Writes the document. The same plan gives the same bytes. `None` if a text is in a script that the fonts lack, as the
/// document would be unreadable.
///
/// # Errors
///
/// A message about the defect that prevents the document.
pub(in crate::mail) fn write(
    plan: &PlanAttachment,
    sender: &str,
    formatting: Formatting,
) -> Result<Option<Vec<u8>>, String> {
    let faces = Faces::new().ok_or("a font cannot be read")?;
    if !plan
        .texts()
        .chain([sender])
        .all(|text| faces.can_show(text))
    {
        return Ok(None);
    }
    let mut layout = Layout::new(&faces);
    let title = format!("Meals of cycle {}", plan.cycle_number);
    layout.write(Role::Title, &title);
    if let (Some(first), Some(last)) = (plan.days.first(), plan.days.last()) {
        let (first, last) = (formatting.date(first.date), formatting.date(last.date));
        layout.write(Role::Text, &format!("{first} to {last}"));
    }
    for ((days, shopping), number) in plan.weeks().zip(1..) {
        if number > 1 {
            layout.new_page();
        }
        let first = days
            .first()
            .map_or_else(String::new, |day| formatting.short_date(day.date));
        layout.write(Role::Section, &format!("Week {number}, from {first}"));
        for day in days {
            write_day(&mut layout, day, formatting);
        }
        if !shopping.is_empty() {
            layout.new_page();
            let title = format!("Shopping list for week {number}");
            layout.write(Role::Section, &title);
            let items = shopping.iter();
            let items = items.map(|item| line::to_buy(item, formatting));
            layout.write_checklist(&items.collect::<Vec<_>>());
        }
    }
    draw(&layout, &faces, sender, &title, formatting.language()).map(Some)
}

fn write_day(layout: &mut Layout<'_>, day: &PlanDay, formatting: Formatting) {
    layout.keep_together(|layout| {
        let date = format!("{} · Day {}", formatting.date(day.date), day.number);
        layout.write(Role::Day, &date);
        for workout in &day.workouts {
            layout.write_labelled("Workout ", Ink::Green, LABEL_WIDTH, &line::workout(workout));
        }
        for meal in &day.meals {
            // The space separates the label from the text in a screen reader.
            let slot = format!("{} ", line::slot(meal.slot));
            layout.write_labelled(&slot, Ink::Grey, LABEL_WIDTH, &line::meal(meal));
        }
    });
}
