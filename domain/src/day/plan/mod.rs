//! Days as a pure function: a day is computed from the version of the programme, the preferences on its date and the
//! seed of the cycle, and overlaid with the member's log. There is no other input, so a day is the same whenever and
//! wherever it is computed, and needs no stored rows.

use std::sync::Arc;

use super::{
    Day, PlannedMeal, ScheduledWorkout,
    log::DayLog,
    menu::{MenuEntry, menu},
};
use crate::{
    catalogue::Catalogue,
    cycle::Cycle,
    id::{DayId, PlannedMealId, ScheduledWorkoutId, WorkoutId},
    nutrition::Nutrition,
    preferences::{self, Preferences},
    programme::Programme,
    safety::may_serve,
};

/// The days of a cycle with these numbers, in the order of the numbers. A number without a day in the programme, or
/// whose day is after the end of the plan, is left out.
///
/// - A completed workout and an eaten meal are those of the log, regardless of programme and preferences.
/// - A recipe that was chosen but not eaten is used if it may be served on that day; else the meal is as if it had
///   never been swapped.
/// - All other meals are those of the programme or their replacements (see `menu`). The log has no influence on them,
///   so logging one meal never changes another.
///
/// `programme` is the version that the cycle refers to, `history` all of the member's preferences, and `log` at least
/// the rows of these days.
pub fn plan(
    cycle: &Cycle,
    numbers: impl IntoIterator<Item = u8>,
    programme: &Programme,
    catalogue: &Catalogue,
    history: &[Preferences],
    log: &DayLog,
) -> Vec<Day> {
    let planner = Planner {
        cycle,
        programme,
        catalogue,
        history,
        log,
    };
    numbers
        .into_iter()
        .filter_map(|number| planner.day(number))
        .collect()
}

struct Planner<'a> {
    cycle: &'a Cycle,
    programme: &'a Programme,
    catalogue: &'a Catalogue,
    history: &'a [Preferences],
    log: &'a DayLog,
}

impl Planner<'_> {
    fn day(&self, number: u8) -> Option<Day> {
        let index = usize::from(number.checked_sub(1).filter(|_| self.cycle.has(number))?);
        let content = self.programme.content.days.get(index)?;
        let id = DayId {
            cycle: self.cycle.id,
            number,
        };
        let date = self.cycle.date_of(number);
        let preferences = preferences::effective_on(self.history, date);
        let menu = menu(
            self.cycle.seed,
            number,
            &content.meals,
            self.programme,
            self.catalogue,
            preferences,
        );
        let mut meals = Vec::with_capacity(menu.len());
        let planned = menu.into_iter();
        meals.extend(planned.filter_map(|entry| self.meal(id, entry, preferences)));
        Some(Day {
            id,
            number: i32::from(number),
            date,
            workouts: (content.workouts.iter().zip(1..))
                .filter_map(|(planned, position)| self.workout(id, position, *planned))
                .collect(),
            nutrition: nutrition(&meals),
            meals,
        })
    }

    fn workout(&self, day: DayId, position: u8, planned: WorkoutId) -> Option<ScheduledWorkout> {
        let mut completions = self.log.completions.iter();
        let completion = completions.find(|row| (row.day, row.position) == (day.number, position));
        let id = completion.map_or(planned, |row| row.workout_id);
        Some(ScheduledWorkout {
            id: ScheduledWorkoutId { day, position },
            position: i32::from(position),
            workout: Arc::clone(self.catalogue.workouts.get(&id)?),
            completed_at: completion.map(|row| row.completed_at),
            effort: completion.and_then(|row| row.effort),
        })
    }

    fn meal(
        &self,
        day: DayId,
        entry: MenuEntry,
        preferences: Option<&Preferences>,
    ) -> Option<PlannedMeal> {
        let MenuEntry { slot, position, .. } = entry;
        let place = (day.number, slot, position);
        let mut choices = self.log.choices.iter();
        let chosen = choices.find(|row| (row.day, row.slot, row.position) == place);
        let chosen = chosen.and_then(|row| {
            let recipe = self.catalogue.recipes.get(&row.recipe_id);
            match recipe {
                Some(recipe) if row.eaten_at.is_none() => preferences
                    .is_some_and(|preferences| may_serve(recipe, slot, preferences))
                    .then_some((row, Some(recipe))),
                None if row.eaten_at.is_none() => None,
                _ => Some((row, recipe)),
            }
        });
        let (recipe, servings, eaten_at) = match chosen {
            Some((row, recipe)) => (Arc::clone(recipe?), row.servings, row.eaten_at),
            None => (entry.recipe?, 1, None),
        };
        Some(PlannedMeal {
            id: PlannedMealId {
                day,
                slot,
                position,
            },
            slot,
            position: i32::from(position),
            recipe,
            servings,
            eaten_at,
        })
    }
}

/// The nutrition of all meals together; `None` when there is no meal, or one whose nutrition is unknown.
fn nutrition(meals: &[PlannedMeal]) -> Option<Nutrition> {
    let parts: Vec<_> = meals
        .iter()
        .map(|meal| Some(meal.recipe.nutrition?.times(meal.servings)))
        .collect::<Option<_>>()?;
    (!parts.is_empty()).then(|| parts.into_iter().sum::<Nutrition>().rounded())
}
