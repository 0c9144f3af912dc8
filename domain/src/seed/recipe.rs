//! Recipes of the content, with nutrition computed from their ingredients.

use std::{collections::HashMap, sync::Arc};

use sea_orm::Iterable;
use serde::Deserialize;

use super::{
    food::{Food, nutrition},
    identity::id,
};
use crate::{
    Error, Result,
    day::MealSlot,
    id::RecipeId,
    preferences::{Allergen, Diet},
    recipe::{Recipe, RecipeIngredient},
};

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
    /// As declared; a test compares it with the ingredients'.
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
pub(super) fn recipes(foods: &HashMap<String, Food>) -> Result<Vec<(String, Arc<Recipe>)>> {
    entries()?
        .into_iter()
        .map(|entry| recipe(entry, foods))
        .collect()
}

fn entries() -> Result<Vec<Entry>> {
    serde_json::from_str(include_str!("../../content/recipes.json"))
        .map_err(|error| Error::Invariant(format!("content/recipes.json: {error}")))
}

fn recipe(entry: Entry, foods: &HashMap<String, Food>) -> Result<(String, Arc<Recipe>)> {
    let parts = parts(&entry, foods)?;
    let nutrition = nutrition(
        parts.iter().map(|(food, part)| (*food, part.grams)),
        entry.servings,
    );
    let ingredients = parts.into_iter().map(|(food, part)| RecipeIngredient {
        name: food.name.clone(),
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
        // Diets are ordered from the widest.
        diets: Diet::iter().filter(|diet| *diet <= entry.diet).collect(),
        allergens: Some(entry.allergens),
        minutes: entry.minutes,
        servings: entry.servings,
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
    let part = |part: &'a Part| match foods.get(&part.food) {
        Some(food) => Ok((food, part)),
        None => {
            let (recipe, food) = (&entry.slug, &part.food);
            let message = format!("the recipe {recipe} has an unknown food {food}");
            Err(Error::Invariant(message))
        }
    };
    entry.ingredients.iter().map(part).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{entries, parts};
    use crate::seed::food::foods;

    /// Allergens and diets are safety: what a recipe declares is what its
    /// ingredients say, no more and no less.
    #[test]
    fn declarations_are_those_of_the_ingredients() {
        let foods = foods().expect("the file can be read");
        for entry in entries().expect("the file can be read") {
            let parts = parts(&entry, &foods).expect("every food is known");
            let contained: BTreeSet<_> = (parts.iter())
                .flat_map(|(food, _)| food.allergens.iter().copied())
                .collect();
            let declared: BTreeSet<_> = entry.allergens.iter().copied().collect();
            assert_eq!(declared, contained, "{}", entry.slug);
            assert_eq!(declared.len(), entry.allergens.len(), "{}", entry.slug);
            // Diets are ordered from the widest, so the least is what all share.
            let diet = parts.iter().map(|(food, _)| food.diet).min();
            assert_eq!(diet, Some(entry.diet), "{}", entry.slug);
        }
    }
}
