//! What a day serves before the member's log is laid over it: the programme's
//! recipes, and replacements for those that diet or allergens exclude.

use std::sync::Arc;

use super::{MealSlot, fit::may_serve};
use crate::{
    catalogue::Catalogue,
    id::RecipeId,
    preferences::Preferences,
    programme::{Programme, ProgrammeMeal},
    recipe::Recipe,
};

/// A meal of a day. Without a recipe nothing that fits is known, and unless the
/// member ate something there, the meal is left out: an empty place is safer than
/// a dish that the member must not eat.
pub(super) struct Place {
    pub(super) slot: MealSlot,
    /// From 1, within the slot.
    pub(super) position: u8,
    pub(super) recipe: Option<Arc<Recipe>>,
}

/// The places of day `number`, in the order of slots and positions.
///
/// A recipe of the programme that may not be served gives way to the one of the
/// programme's replacements that may and has the greatest [`rank`], preferring
/// recipes that the day does not serve already. Ranks make the choice the same
/// each time, and make it depend on one recipe at a time: where a recipe drops
/// out of those that fit, only the places that it held change.
pub(super) fn menu(
    seed: i64,
    number: u8,
    meals: &[ProgrammeMeal],
    programme: &Programme,
    catalogue: &Catalogue,
    preferences: Option<&Preferences>,
) -> Vec<Place> {
    let allowed = |id: &RecipeId, slot| {
        let recipe = catalogue.recipes.get(id)?;
        may_serve(recipe, slot, preferences?).then(|| Arc::clone(recipe))
    };
    let mut places = places(meals, allowed);
    for index in 0..places.len() {
        if places[index].recipe.is_some() {
            continue;
        }
        let Place { slot, position, .. } = places[index];
        let served = |id| {
            places
                .iter()
                .flat_map(|place| &place.recipe)
                .any(|r| r.id == id)
        };
        let best = programme
            .content
            .replacements
            .iter()
            .filter_map(|id| allowed(id, slot))
            .max_by_key(|r| (!served(r.id), rank(seed, number, slot, position, r.id)));
        places[index].recipe = best;
    }
    places
}

fn places(
    meals: &[ProgrammeMeal],
    allowed: impl Fn(&RecipeId, MealSlot) -> Option<Arc<Recipe>>,
) -> Vec<Place> {
    let mut meals = meals.to_vec();
    meals.sort_by_key(|meal| meal.slot);
    meals
        .chunk_by(|a, b| a.slot == b.slot)
        .flat_map(|meals| meals.iter().zip(1..))
        .map(|(meal, position)| Place {
            slot: meal.slot,
            position,
            recipe: allowed(&meal.recipe, meal.slot),
        })
        .collect()
}

/// How strongly a place asks for a recipe: the seed, the day's number, the slot
/// (0 to 3 in the order of the day), the position and the two halves of the
/// recipe's id, each folded in by exclusive or and `SplitMix64`. No random
/// numbers, and nothing of the machine's: every gateway, and every later
/// version, has to come to the same.
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
    use crate::{day::MealSlot, id::RecipeId};

    /// The first outputs of the reference implementation for the seed 0.
    #[test]
    fn the_mixer_is_splitmix64() {
        assert_eq!(mix(0), 0xe220_a839_7b1d_cdaf);
        assert_eq!(mix(0x9e37_79b9_7f4a_7c15), 0x6e78_9e6a_a1b9_65f4);
    }

    /// Were this to change, meals would change in the middle of members' cycles.
    #[test]
    fn ranks_stay_the_same_for_ever() {
        let recipe = RecipeId(Uuid::from_u128(0x0123_4567_89ab_cdef_0011_2233_4455_6677));
        let rank = rank(-7, 28, MealSlot::Snack, 2, recipe);
        assert_eq!(rank, 8_892_612_637_199_837_556);
    }
}
