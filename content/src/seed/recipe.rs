//! The recipes of the content, with nutrition computed from their ingredients.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use coach_domain::{
    Error, Result,
    enums::{Allergen, Diet, MealSlot},
    id::RecipeId,
    recipe::{Recipe, RecipeIngredient},
};
use sea_orm::Iterable;
use serde::Deserialize;

use super::{
    food::{Food, nutrition},
    identity::id,
};
use crate::amount;

/// An entry of `content/recipes.json`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    slug: String,
    title: String,
    summary: String,
    slots: Vec<MealSlot>,
    minutes: i32,
    servings: i32,
    ingredients: Vec<Part>,
    steps: Vec<String>,
    /// The strictest diet that allows it.
    diet: Diet,
    /// The declared allergens, which [`check`] compares with those of the ingredients.
    allergens: Vec<Allergen>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Part {
    food: String,
    grams: i32,
    quantity: String,
    note: Option<String>,
}

/// All recipes with their slugs, in the order of the file.
///
/// # Errors
///
/// [`Error::Invariant`] when the file cannot be parsed, a food is unknown, or the declarations of a recipe differ from
/// its ingredients.
pub(super) fn recipes(foods: &HashMap<String, Food>) -> Result<Vec<(String, Arc<Recipe>)>> {
    entries()?
        .into_iter()
        .map(|entry| recipe(entry, foods))
        .collect()
}

fn entries() -> Result<Vec<Entry>> {
    serde_json::from_str(include_str!("../../data/recipes.json"))
        .map_err(|error| Error::Invariant(format!("content/recipes.json: {error}")))
}

fn recipe(entry: Entry, foods: &HashMap<String, Food>) -> Result<(String, Arc<Recipe>)> {
    let parts = parts(&entry, foods)?;
    check(&entry, &parts)?;
    let nutrition = nutrition(
        parts.iter().map(|(food, part)| (*food, part.grams)),
        entry.servings,
    );
    let ingredients = parts.into_iter().map(|(food, part)| RecipeIngredient {
        name: food.name.clone(),
        amount: amount::parse(&part.quantity),
        quantity: part.quantity.clone(),
        grams: Some(part.grams),
        note: part.note.clone(),
    });
    let recipe = Recipe {
        id: RecipeId(id("recipe", &entry.slug)),
        ingredients: ingredients.collect(),
        title: entry.title,
        summary: Some(entry.summary),
        slots: entry.slots,
        // Diets are ordered from the least restrictive one.
        diets: Diet::iter().filter(|diet| *diet <= entry.diet).collect(),
        allergens: Some(entry.allergens),
        minutes: Some(entry.minutes),
        servings: Some(entry.servings),
        nutrition: Some(nutrition),
        steps: entry.steps,
        image: None,
        archived: false,
    };
    Ok((entry.slug, Arc::new(recipe)))
}

fn parts<'a>(
    entry: &'a Entry,
    foods: &'a HashMap<String, Food>,
) -> Result<Vec<(&'a Food, &'a Part)>> {
    let part = |part: &'a Part| {
        let unknown = || {
            let (recipe, food) = (&entry.slug, &part.food);
            Error::Invariant(format!("the recipe {recipe} has an unknown food {food}"))
        };
        Ok((foods.get(&part.food).ok_or_else(unknown)?, part))
    };
    entry.ingredients.iter().map(part).collect()
}

/// Checks, for safety, that the declared allergens and diet of a recipe are exactly those of its ingredients.
fn check(entry: &Entry, parts: &[(&Food, &Part)]) -> Result<()> {
    let contained: BTreeSet<_> = (parts.iter())
        .flat_map(|(food, _)| food.allergens.iter().copied())
        .collect();
    let declared = entry.allergens.iter().copied().collect();
    // Diets are ordered from the least restrictive one, so the minimum is the strictest diet that allows all
    // ingredients.
    let diet = parts.iter().map(|(food, _)| food.diet).min();
    if contained == declared && diet == Some(entry.diet) {
        return Ok(());
    }
    Err(Error::Invariant(format!(
        "the recipe {} declares {declared:?} and {:?}, but its ingredients say {contained:?} and {diet:?}",
        entry.slug, entry.diet
    )))
}

#[cfg(test)]
mod tests {
    use super::{Entry, check, entries, parts};
    use crate::seed::food::foods;
    use coach_domain::enums::{Allergen, Diet};

    #[test]
    fn declarations_are_those_of_the_ingredients() {
        let foods = foods().expect("the file can be read");
        let is_right = |entry: &Entry| {
            let parts = parts(entry, &foods).expect("all are known");
            check(entry, &parts).is_ok()
        };
        for mut entry in entries().expect("the file can be read") {
            assert!(is_right(&entry), "{}", entry.slug);

            let declared = entry.allergens.clone();
            if entry.allergens.pop().is_none() {
                entry.allergens.push(Allergen::Lupin);
            }
            assert!(!is_right(&entry), "{}", entry.slug);

            entry.allergens = declared;
            entry.diet = match entry.diet {
                Diet::Vegan => Diet::Vegetarian,
                _ => Diet::Vegan,
            };
            assert!(!is_right(&entry), "{}", entry.slug);
        }
    }
}
