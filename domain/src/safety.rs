//! Whether a recipe may be served: the single definition, for planning, alternatives and swaps.

use crate::{enums::MealSlot, preferences::Preferences, recipe::Recipe};

/// Why a recipe may not be served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Misfit {
    /// It lacks data that planning needs, or is archived.
    Unplannable,
    /// It is for other slots.
    Slot,
    /// It contains, or may contain, an allergen that the member excludes.
    Allergens,
    /// It does not suit the member's diet.
    Diet,
}

/// Why a recipe may not be served in a slot to a member with these preferences; `None` when it may.
pub(super) fn misfit(recipe: &Recipe, slot: MealSlot, preferences: &Preferences) -> Option<Misfit> {
    if !recipe.plannable() {
        Some(Misfit::Unplannable)
    } else if !recipe.slots.contains(&slot) {
        Some(Misfit::Slot)
    } else if !recipe.is_free_of(&preferences.allergens) {
        Some(Misfit::Allergens)
    } else if !recipe.diets.contains(&preferences.diet) {
        Some(Misfit::Diet)
    } else {
        None
    }
}

/// Whether a recipe may be served in a slot to a member with these preferences.
pub(crate) fn may_serve(recipe: &Recipe, slot: MealSlot, preferences: &Preferences) -> bool {
    misfit(recipe, slot, preferences).is_none()
}
