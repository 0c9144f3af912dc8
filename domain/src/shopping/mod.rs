//! What the meals of some days need.

use std::{collections::BTreeMap, iter};

use chrono::NaiveDate;

use crate::{Error, Result, day::Day, id::RecipeId, recipe::Recipe};

/// A shopping list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShoppingList {
    /// The first date.
    pub from: NaiveDate,
    /// The last date.
    pub to: NaiveDate,
    /// By name.
    pub items: Vec<ShoppingItem>,
}

/// One thing to buy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShoppingItem {
    /// What.
    pub name: String,
    /// The weight of all of it that is known by weight.
    pub grams: Option<i32>,
    /// Amounts without a weight, as written.
    pub quantities: Vec<String>,
}

/// The most days that a list may reach beyond its first date.
pub const MAX_DAYS_AHEAD: i64 = 14;

/// Accepts a range of dates to shop for.
///
/// # Errors
///
/// [`Error::BadArgument`] when `to` is before `from`, or more than
/// [`MAX_DAYS_AHEAD`] days after it.
pub fn check_range(from: NaiveDate, to: NaiveDate) -> Result<()> {
    match to.signed_duration_since(from).num_days() {
        ..0 => Err(Error::BadArgument("to", "must not be before `from`".into())),
        0..=MAX_DAYS_AHEAD => Ok(()),
        _ => Err(Error::BadArgument(
            "to",
            format!("must be at most {MAX_DAYS_AHEAD} days after `from`"),
        )),
    }
}

/// What the meals of the days from `from` to `to` need. Meals already eaten are
/// left out.
///
/// Servings of the same recipe are added up before anything is rounded: half of
/// the ingredients twice is all of them once. What is left is rounded up to full
/// grams. Amounts without a weight cannot be divided, so they count as often as
/// the recipe has to be begun. Names that differ in case only are the same thing.
/// A recipe whose servings are unknown, which is met only where one was eaten or
/// chosen that lost them since, is taken whole for each: rather too much than too
/// little.
pub fn list(days: &[Day], from: NaiveDate, to: NaiveDate) -> ShoppingList {
    let mut needed: BTreeMap<RecipeId, (&Recipe, i64)> = BTreeMap::new();
    let days = days.iter().filter(|day| (from..=to).contains(&day.date));
    for meal in days.flat_map(|day| &day.meals) {
        if meal.eaten_at.is_none() {
            let entry = needed.entry(meal.recipe.id).or_insert((&meal.recipe, 0));
            entry.1 += i64::from(meal.servings);
        }
    }
    let mut items: BTreeMap<String, ShoppingItem> = BTreeMap::new();
    for (recipe, servings) in needed.into_values() {
        let makes = i64::from(recipe.servings.unwrap_or(1).max(1));
        for ingredient in &recipe.ingredients {
            let item = items
                .entry(ingredient.name.to_lowercase())
                .or_insert_with(|| ShoppingItem {
                    name: ingredient.name.clone(),
                    grams: None,
                    quantities: Vec::new(),
                });
            if let Some(grams) = ingredient.grams {
                let grams = divide_up(i64::from(grams) * servings, makes);
                let grams = i32::try_from(grams).unwrap_or(i32::MAX);
                item.grams = Some(item.grams.unwrap_or(0).saturating_add(grams));
            } else {
                let times = usize::try_from(divide_up(servings, makes)).unwrap_or_default();
                let quantity = iter::repeat_n(ingredient.quantity.clone(), times);
                item.quantities.extend(quantity);
            }
        }
    }
    ShoppingList {
        from,
        to,
        items: items.into_values().collect(),
    }
}

/// Divides what is not negative, and rounds up.
fn divide_up(amount: i64, by: i64) -> i64 {
    (amount + by - 1) / by
}

#[cfg(test)]
mod tests;
