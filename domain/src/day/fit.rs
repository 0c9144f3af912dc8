//! Whether a recipe may be put on the table: the one place that says so, for what is planned, offered and swapped.

use super::MealSlot;
use crate::{preferences::Preferences, recipe::Recipe};

/// Why a recipe may not be served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Misfit {
    /// It lacks what planning needs, or is archived.
    Unplannable,
    /// It is made for other meals.
    Slot,
    /// It contains, or may contain, what the member must not eat.
    Allergens,
    /// The member does not eat such things.
    Diet,
}

/// What keeps a recipe from being served in a slot to somebody with these preferences; `None` where nothing does.
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

/// Whether a recipe may be put on the table in a slot.
pub(crate) fn may_serve(recipe: &Recipe, slot: MealSlot, preferences: &Preferences) -> bool {
    misfit(recipe, slot, preferences).is_none()
}
