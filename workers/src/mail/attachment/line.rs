//! Formats the parts of a plan as one line each.

use coach_domain::{enums::MealSlot, shopping::ShoppingItem};

use super::{PlanMeal, PlanWorkout};
use crate::mail::formatting::{Formatting, counted};

/// `Full-body strength (40 min)`.
pub(in crate::mail) fn workout(workout: &PlanWorkout) -> String {
    format!("{} ({} min)", workout.title, workout.minutes)
}

/// `Lentil soup`, `Lentil soup (2 servings)`.
pub(in crate::mail) fn meal(meal: &PlanMeal) -> String {
    let title = &meal.title;
    match meal.servings {
        1 => title.clone(),
        many => format!("{title} ({})", counted(i64::from(many), "serving")),
    }
}

/// The name of a meal's slot.
pub(in crate::mail) fn slot(slot: MealSlot) -> &'static str {
    match slot {
        MealSlot::Breakfast => "Breakfast",
        MealSlot::Lunch => "Lunch",
        MealSlot::Dinner => "Dinner",
        MealSlot::Snack => "Snack",
    }
}

/// `Carrots, 250 g + 2 × 1 bunch`.
pub(in crate::mail) fn to_buy(item: &ShoppingItem, formatting: Formatting) -> String {
    let grams = item.grams.map(|grams| formatting.groceries(grams));
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
