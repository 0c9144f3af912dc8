//! Which programme fits a member. `docs/PROGRAMMES.md` says the same in prose.

use std::{
    cmp::Reverse,
    collections::{HashMap, HashSet},
    sync::Arc,
};

use super::{Programme, Reason};
use crate::{catalogue::Catalogue, day::may_serve, id::ProgrammeId, preferences::Preferences};

/// A programme that fits, and how well.
#[derive(Clone, Debug)]
pub struct Choice {
    /// The programme, in its latest version.
    pub programme: Arc<Programme>,
    /// How many of its meals the member may not be served, so that others stand in for them.
    pub replaced_meals: usize,
}

impl Choice {
    /// Why it was picked for who wants this.
    pub fn reasons(&self, wanted: &Preferences) -> Vec<Reason> {
        Reason::all(self, wanted)
    }
}

/// The programme that fits best, in its latest version; `None` where none fits.
///
/// It must be for the goal, at most as demanding as the level, serve only what the diet allows, and have something to
/// serve in place of each meal that the allergens exclude. Of those the hardest comes first, then the nearest number of
/// training days (of two equally near the smaller), then the diet that allows most, then the fewest meals to replace,
/// then the smallest id.
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
        // Diets are ordered from the widest: what comes later only leaves out.
        .filter(|it| it.goal == wanted.goal && it.level <= wanted.level && it.diet >= wanted.diet)
        .collect();
    candidates.sort_by_key(|it| rank(it));
    // Meals are looked at only where what comes before leaves it open.
    let equals = candidates.chunk_by(|one, other| rank(one) == rank(other));
    let mut fitting = equals.filter_map(|equals| {
        let choices = equals.iter().filter_map(|programme| {
            Some(Choice {
                programme: Arc::clone(programme),
                replaced_meals: replaced(programme, catalogue, wanted)?,
            })
        });
        choices.min_by_key(|choice| (choice.replaced_meals, choice.programme.id))
    });
    fitting.next()
}

/// How many meals others stand in for; `None` where there is nothing to stand in for one of them.
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
    let stands_in = |slot| content.replacements.iter().any(|id| serves(id, slot));
    slots.into_iter().all(stands_in).then_some(excluded.len())
}

#[cfg(test)]
mod tests;
