//! The meals of generated programmes.

use std::{cmp::Ordering, collections::HashMap, sync::Arc};

use coach_domain::{
    enums::{Diet, Goal, MealSlot},
    id::RecipeId,
    nutrition::Nutrition,
    programme::ProgrammeMeal,
    recipe::Recipe,
};

use super::training::{DAYS_IN_WEEK, WEEKS_PER_CYCLE};

/// The minimum number of recipes used for a slot, if the diet allows that many.
const MIN_RECIPES: usize = 9;

/// The meals of days 1 to 28: three main meals and one snack, or two snacks for goals that need more energy.
///
/// For each slot, the recipes that the diet allows are ranked by the goal ([`suitability`]), and the better two thirds,
/// at least [`MIN_RECIPES`], are used. Each meal is the recipe that was served longest ago in any slot, and among
/// several the first in the ranking, rotated by `offset`. Programmes with the same recipes differ by their offset.
pub(super) fn meals(
    goal: Goal,
    diet: Diet,
    offset: usize,
    recipes: &[(String, Arc<Recipe>)],
) -> Vec<Vec<ProgrammeMeal>> {
    let slots = slots(goal);
    let ranked: HashMap<_, _> = (slots.iter())
        .map(|slot| (*slot, ranking(goal, diet, *slot, offset, recipes)))
        .collect();
    let mut served: HashMap<RecipeId, usize> = HashMap::new();
    let mut meal = |slot: MealSlot, day| {
        let longest_ago = |id: &&RecipeId| served.get(*id).copied();
        let recipe = *ranked[&slot].iter().min_by_key(longest_ago)?;
        served.insert(recipe, day);
        Some(ProgrammeMeal { slot, recipe })
    };
    (0..WEEKS_PER_CYCLE * DAYS_IN_WEEK)
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
    offset: usize,
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
    fitting.truncate((fitting.len() * 2).div_ceil(3).max(MIN_RECIPES));
    let length = fitting.len().max(1);
    fitting.rotate_left(offset % length);
    fitting.into_iter().map(|(_, _, id)| id).collect()
}

/// Orders by suitability for the goal, the better one first: less energy to lose weight, a greater share of protein to
/// build strength, and a greater share of carbohydrate for endurance.
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
