//! Shopping lists for the meals of a range of days.

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
    /// The items, by name.
    pub items: Vec<ShoppingItem>,
}

/// An item of a shopping list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShoppingItem {
    /// The name of the ingredient.
    pub name: String,
    /// The total weight in grams of the ingredients with a known weight.
    pub grams: Option<i32>,
    /// The quantities without a known weight, as written.
    pub quantities: Vec<String>,
}

/// The maximum number of days from the first to the last date.
pub const MAX_DAYS_AHEAD: i64 = 14;

/// Validates the range of dates of a shopping list.
///
/// # Errors
///
/// [`Error::BadArgument`] when `to` is before `from`, or more than [`MAX_DAYS_AHEAD`] days after it.
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

/// The ingredients for the meals of the days from `from` to `to`, without meals that are already eaten.
///
/// The servings of a recipe are added up before rounding, so that twice half of the ingredients is all of them once.
/// Weights are rounded up to whole grams. Quantities without a weight cannot be divided, so they are listed once for
/// each time that the recipe has to be cooked. Names that differ only in case are the same item. A recipe with unknown
/// servings, which occurs only when a chosen or eaten recipe lost them later, counts whole for each serving: too much
/// is better than too little.
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
        let recipe_servings = i64::from(recipe.servings.unwrap_or(1).max(1));
        for ingredient in &recipe.ingredients {
            let item = items
                .entry(ingredient.name.to_lowercase())
                .or_insert_with(|| ShoppingItem {
                    name: ingredient.name.clone(),
                    grams: None,
                    quantities: Vec::new(),
                });
            if let Some(grams) = ingredient.grams {
                let grams = divide_up(i64::from(grams) * servings, recipe_servings);
                let grams = i32::try_from(grams).unwrap_or(i32::MAX);
                item.grams = Some(item.grams.unwrap_or(0).saturating_add(grams));
            } else {
                let times =
                    usize::try_from(divide_up(servings, recipe_servings)).unwrap_or_default();
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

/// Divides a number that is not negative, and rounds up.
fn divide_up(amount: i64, by: i64) -> i64 {
    (amount + by - 1) / by
}

#[cfg(test)]
mod tests;
