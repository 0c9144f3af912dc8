//! The fragment `TodayMeal`.

use std::collections::HashSet;

use coach_domain::{
    day,
    enums::MealSlot,
    id::{OpaqueId as _, RecipeId},
    recipe,
};
use serde::Serialize;

use super::{Image, Nutrition, timestamp};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PlannedMeal<'a> {
    id: String,
    slot: MealSlot,
    position: i32,
    servings: i32,
    eaten_at: Option<String>,
    recipe: Recipe<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Recipe<'a> {
    id: String,
    title: &'a str,
    minutes: Option<i32>,
    servings: Option<i32>,
    image: Option<Image<'a>>,
    nutrition: Option<Nutrition>,
    ingredients: Vec<Ingredient<'a>>,
    is_favourite: bool,
}

#[derive(Serialize)]
struct Ingredient<'a> {
    name: &'a str,
    quantity: &'a str,
    grams: Option<i32>,
    note: Option<&'a str>,
}

impl<'a> PlannedMeal<'a> {
    pub(super) fn of(meal: &'a day::PlannedMeal, favourites: &HashSet<RecipeId>) -> Self {
        Self {
            id: meal.id.encode(),
            slot: meal.slot,
            position: meal.position,
            servings: meal.servings,
            eaten_at: meal.eaten_at.map(timestamp),
            recipe: Recipe::of(&meal.recipe, favourites.contains(&meal.recipe.id)),
        }
    }
}

impl<'a> Recipe<'a> {
    fn of(recipe: &'a recipe::Recipe, is_favourite: bool) -> Self {
        let ingredients = recipe.ingredients.iter().map(|part| Ingredient {
            name: &part.name,
            quantity: &part.quantity,
            grams: part.grams,
            note: part.note.as_deref(),
        });
        Self {
            id: recipe.id.encode(),
            title: &recipe.title,
            minutes: recipe.minutes,
            servings: recipe.servings,
            image: recipe.image.as_ref().map(Image::of),
            nutrition: recipe.nutrition.as_ref().map(Nutrition::of),
            ingredients: ingredients.collect(),
            is_favourite,
        }
    }
}
