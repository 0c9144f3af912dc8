//! What may stand in for a meal.

use std::sync::Arc;

use super::{PlannedMeal, fit::may_serve};
use crate::{catalogue::Catalogue, preferences::Preferences, recipe::Recipe};

/// Every recipe that may be served in place of a meal: made for its slot, and
/// allowed by the diet and the allergens that count on its date. The closest in
/// nutrition come first ([`crate::nutrition::Nutrition::distance`]), then those
/// earlier by title; by title alone where the meal's own nutrition is unknown.
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
