//! Alternatives to a planned meal.

use std::sync::Arc;

use super::PlannedMeal;
use crate::{catalogue::Catalogue, preferences::Preferences, recipe::Recipe, safety::may_serve};

/// All recipes that may be served instead of a meal: those for its slot that the diet and the allergens on its date
/// allow. They are ordered by their distance in nutrition ([`crate::nutrition::Nutrition::distance`]), then by title;
/// by title alone when the nutrition of the meal is unknown.
pub fn alternatives(
    meal: &PlannedMeal,
    catalogue: &Catalogue,
    preferences: &Preferences,
) -> Vec<Arc<Recipe>> {
    let distance = |recipe: &Recipe| match (meal.recipe.nutrition, recipe.nutrition) {
        (Some(own), Some(other)) => own.distance(other),
        _ => 0.0,
    };
    let mut found: Vec<_> = catalogue
        .recipes
        .values()
        .filter(|recipe| recipe.id != meal.recipe.id && may_serve(recipe, meal.slot, preferences))
        .map(|recipe| (distance(recipe), Arc::clone(recipe)))
        .collect();
    found.sort_by(|(a, one), (b, other)| {
        a.total_cmp(b)
            .then_with(|| one.title.cmp(&other.title))
            .then_with(|| one.id.cmp(&other.id))
    });
    found.into_iter().map(|(_, recipe)| recipe).collect()
}
