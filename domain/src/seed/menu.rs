//! Which recipes a programme serves on which day.

use std::{cmp::Ordering, collections::HashMap, sync::Arc};

use super::training::{WEEK, WEEKS};
use crate::{
    day::MealSlot,
    id::RecipeId,
    nutrition::Nutrition,
    preferences::{Diet, Goal},
    programme::ProgrammeMeal,
    recipe::Recipe,
};

/// The fewest recipes that a slot is served from, where the diet has as many.
const VARIETY: usize = 9;

/// The meals of days 1 to 28: three, and a snack or, for the goals that need
/// more energy, two.
///
/// For each slot the recipes that the diet allows are ranked by the goal
/// ([`suitability`]); the better two thirds of them, at least [`VARIETY`], are
/// served. Each meal is the recipe that was served longest ago, in any slot; of
/// several the one that comes first when the ranking is begun at `turn`, by which
/// programmes differ that have the same recipes.
pub(super) fn meals(
    goal: Goal,
    diet: Diet,
    turn: usize,
    recipes: &[(String, Arc<Recipe>)],
) -> Vec<Vec<ProgrammeMeal>> {
    let slots = slots(goal);
    let ranked: HashMap<_, _> = (slots.iter())
        .map(|slot| (*slot, ranking(goal, diet, *slot, turn, recipes)))
        .collect();
    let mut served: HashMap<RecipeId, usize> = HashMap::new();
    let mut meal = |slot: MealSlot, day| {
        let longest_ago = |id: &&RecipeId| served.get(*id).copied();
        let recipe = *ranked[&slot].iter().min_by_key(longest_ago)?;
        served.insert(recipe, day);
        Some(ProgrammeMeal { slot, recipe })
    };
    (0..WEEKS * WEEK)
        .map(|day| slots.iter().filter_map(|slot| meal(*slot, day)).collect())
        .collect()
}

/// The slots of a day, in their order.
pub(super) fn slots(goal: Goal) -> &'static [MealSlot] {
    use MealSlot::{Breakfast, Dinner, Lunch, Snack};
    match goal {
        Goal::LoseWeight => &[Breakfast, Lunch, Dinner, Snack],
        Goal::BuildStrength | Goal::ImproveEndurance => &[Breakfast, Lunch, Dinner, Snack, Snack],
    }
}

fn ranking(
    goal: Goal,
    diet: Diet,
    slot: MealSlot,
    turn: usize,
    recipes: &[(String, Arc<Recipe>)],
) -> Vec<RecipeId> {
    let mut fitting: Vec<_> = recipes
        .iter()
        .filter(|(_, recipe)| recipe.slots.contains(&slot) && recipe.suits(diet, &[]))
        .filter_map(|(slug, recipe)| Some((recipe.nutrition?, slug, recipe.id)))
        .collect();
    fitting.sort_by(|(one, a, _), (other, b, _)| {
        suitability(goal, *one, *other).then_with(|| a.cmp(b))
    });
    fitting.truncate((fitting.len() * 2).div_ceil(3).max(VARIETY));
    let length = fitting.len().max(1);
    fitting.rotate_left(turn % length);
    fitting.into_iter().map(|(_, _, id)| id).collect()
}

/// Orders what suits the goal better first: less energy to lose weight, more of
/// the energy from protein to build strength, and more of it from carbohydrate
/// for endurance.
fn suitability(goal: Goal, one: Nutrition, other: Nutrition) -> Ordering {
    let share = |grams: f64, of: Nutrition| grams / f64::from(of.energy_kcal.max(1));
    match goal {
        Goal::LoseWeight => one.energy_kcal.cmp(&other.energy_kcal),
        Goal::BuildStrength => {
            share(other.protein_grams, other).total_cmp(&share(one.protein_grams, one))
        }
        Goal::ImproveEndurance => {
            share(other.carbohydrate_grams, other).total_cmp(&share(one.carbohydrate_grams, one))
        }
    }
}
