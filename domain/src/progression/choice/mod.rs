//! The choice of a programme for a member, as `docs/PROGRAMMES.md` describes it.

use std::{
    cmp::Reverse,
    collections::{HashMap, HashSet},
    sync::Arc,
};

use super::Reason;
use crate::{
    catalogue::Catalogue, id::ProgrammeId, preferences::Preferences, programme::Programme,
    safety::may_serve,
};

/// The programme chosen for a member.
#[derive(Clone, Debug)]
pub struct Choice {
    /// The programme, in its latest version.
    pub programme: Arc<Programme>,
    /// The number of its meals that have to be replaced, because the member may not be served them.
    pub replaced_meals: usize,
}

impl Choice {
    /// Why it was chosen for a member with these preferences.
    pub fn reasons(&self, wanted: &Preferences) -> Vec<Reason> {
        Reason::all(self, wanted)
    }
}

/// The best programme for these preferences, in its latest version; `None` when none is suitable.
///
/// A suitable programme has the goal, at most the level, only meals that the diet allows, and a replacement for each
/// meal that the allergens exclude. Suitable programmes are ordered by the highest level, then the nearest number of
/// training days (of two equally near the smaller), then the least restrictive diet, then the fewest meals to replace,
/// then the smallest ID.
pub fn choose(catalogue: &Catalogue, wanted: &Preferences) -> Option<Choice> {
    let mut latest: HashMap<ProgrammeId, &Arc<Programme>> = HashMap::new();
    for programme in catalogue.programmes.values() {
        let newest = latest.entry(programme.id).or_insert(programme);
        if newest.version < programme.version {
            *newest = programme;
        }
    }
    let rank = |it: &Programme| {
        let distance = it.days_per_week.abs_diff(wanted.days_per_week);
        (Reverse(it.level), distance, it.days_per_week, it.diet)
    };
    let mut candidates: Vec<_> = latest
        .into_values()
        // Diets are ordered from the least restrictive one.
        .filter(|it| it.goal == wanted.goal && it.level <= wanted.level && it.diet >= wanted.diet)
        .collect();
    candidates.sort_by_key(|it| rank(it));
    // Meals are only compared between candidates of the same rank.
    let groups = candidates.chunk_by(|one, other| rank(one) == rank(other));
    let mut suitable = groups.filter_map(|group| {
        let choices = group.iter().filter_map(|programme| {
            Some(Choice {
                programme: Arc::clone(programme),
                replaced_meals: replaced(programme, catalogue, wanted)?,
            })
        });
        choices.min_by_key(|choice| (choice.replaced_meals, choice.programme.id))
    });
    suitable.next()
}

/// The number of meals that have to be replaced; `None` when one of them has no replacement.
fn replaced(programme: &Programme, catalogue: &Catalogue, wanted: &Preferences) -> Option<usize> {
    let serves = |id, slot| {
        let recipe = catalogue.recipes.get(id);
        recipe.is_some_and(|recipe| may_serve(recipe, slot, wanted))
    };
    let content = &programme.content;
    let meals = content.days.iter().flat_map(|day| &day.meals);
    let excluded: Vec<_> = meals
        .filter(|meal| !serves(&meal.recipe, meal.slot))
        .map(|meal| meal.slot)
        .collect();
    let slots: HashSet<_> = excluded.iter().copied().collect();
    let has_replacement = |slot| content.replacements.iter().any(|id| serves(id, slot));
    slots
        .into_iter()
        .all(has_replacement)
        .then_some(excluded.len())
}

#[cfg(test)]
mod tests;
