//! The menu of a day, without the member's log: the recipes of the programme, and replacements for those that the
//! member's diet or allergens exclude.

use std::sync::Arc;

use crate::{
    catalogue::Catalogue,
    enums::MealSlot,
    id::RecipeId,
    preferences::Preferences,
    programme::{Programme, ProgrammeMeal},
    recipe::Recipe,
    safety::may_serve,
};

/// A meal of the menu. `recipe` is `None` when no known recipe fits; the meal is then left out, unless the member
/// logged one there. A missing meal is safer than a dish that the member must not eat.
pub(super) struct MenuEntry {
    pub(super) slot: MealSlot,
    /// The position within the slot, from 1.
    pub(super) position: u8,
    pub(super) recipe: Option<Arc<Recipe>>,
}

/// The menu of day `number`, in the order of slots and positions.
///
/// A recipe of the programme that may not be served is replaced by one of the programme's replacements that may: the
/// one with the greatest [`rank`], with a preference for recipes that the day does not serve already. As in rendezvous
/// hashing, the choice is deterministic, and when a recipe no longer fits, only the meals that it was chosen for
/// change.
pub(super) fn menu(
    seed: i64,
    number: u8,
    meals: &[ProgrammeMeal],
    programme: &Programme,
    catalogue: &Catalogue,
    preferences: Option<&Preferences>,
) -> Vec<MenuEntry> {
    let allowed = |id: &RecipeId, slot| {
        let recipe = catalogue.recipes.get(id)?;
        may_serve(recipe, slot, preferences?).then(|| Arc::clone(recipe))
    };
    let mut entries = entries(meals, allowed);
    for index in 0..entries.len() {
        if entries[index].recipe.is_some() {
            continue;
        }
        let MenuEntry { slot, position, .. } = entries[index];
        let served = |id| {
            entries
                .iter()
                .flat_map(|entry| &entry.recipe)
                .any(|r| r.id == id)
        };
        let best = programme
            .content
            .replacements
            .iter()
            .filter_map(|id| allowed(id, slot))
            .max_by_key(|r| (!served(r.id), rank(seed, number, slot, position, r.id)));
        entries[index].recipe = best;
    }
    entries
}

fn entries(
    meals: &[ProgrammeMeal],
    allowed: impl Fn(&RecipeId, MealSlot) -> Option<Arc<Recipe>>,
) -> Vec<MenuEntry> {
    let mut meals = meals.to_vec();
    meals.sort_by_key(|meal| meal.slot);
    let mut entries = Vec::with_capacity(meals.len());
    for meals in meals.chunk_by(|a, b| a.slot == b.slot) {
        entries.extend(meals.iter().zip(1..).map(|(meal, position)| MenuEntry {
            slot: meal.slot,
            position,
            recipe: allowed(&meal.recipe, meal.slot),
        }));
    }
    entries
}

/// The rank of a recipe as the replacement of a meal: a hash of the seed, the number of the day, the slot (0 to 3 in
/// the order of the day), the position and the two halves of the recipe's ID, each mixed in by exclusive or and
/// `SplitMix64`. It uses no random numbers and nothing specific to the machine, because every process and every later
/// version has to compute the same rank.
fn rank(seed: i64, number: u8, slot: MealSlot, position: u8, recipe: RecipeId) -> u64 {
    let (high, low) = recipe.0.as_u64_pair();
    [
        u64::from(number),
        slot as u64,
        u64::from(position),
        high,
        low,
    ]
    .into_iter()
    .fold(mix(seed.cast_unsigned()), |hash, word| mix(hash ^ word))
}

/// The step of `SplitMix64` (Steele, Lea, Flood 2014).
fn mix(state: u64) -> u64 {
    let z = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::{mix, rank};
    use crate::{enums::MealSlot, id::RecipeId};

    /// The first outputs of the reference implementation for the seed 0.
    #[test]
    fn the_mixer_is_splitmix64() {
        assert_eq!(mix(0), 0xe220_a839_7b1d_cdaf);
        assert_eq!(mix(0x9e37_79b9_7f4a_7c15), 0x6e78_9e6a_a1b9_65f4);
    }

    /// Were this to change, meals would change in the middle of members' cycles.
    #[test]
    fn ranks_never_change() {
        let recipe = RecipeId(Uuid::from_u128(0x0123_4567_89ab_cdef_0011_2233_4455_6677));
        let rank = rank(-7, 28, MealSlot::Snack, 2, recipe);
        assert_eq!(rank, 8_892_612_637_199_837_556);
    }
}
