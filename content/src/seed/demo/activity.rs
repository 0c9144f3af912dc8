//! A demo member's activity in a cycle, by rules: nearly all workouts and meals are done.

use std::sync::Arc;

use coach_domain::{
    Error, Result,
    cycle::{Cycle, DAYS},
    day::{
        self, Day, Effort, PlannedMeal,
        log::{DayLog, MealChoice, WorkoutCompletion},
    },
    enums::MealSlot,
    preferences::{self, Preferences},
    recipe::Recipe,
};

use super::{
    data::{DataBuilder, DemoData},
    definition::Plan,
};

/// The last of each group of this many workouts was skipped.
const SKIPPED_WORKOUT: usize = 5;
/// The last of each group of this many meals was skipped.
const SKIPPED_MEAL: usize = 7;
/// The last of each group of this many meals was two servings.
const DOUBLE_MEAL: usize = 11;

/// A cycle whose activity is added.
pub(super) struct CycleActivity<'a> {
    pub(super) builder: &'a DataBuilder<'a>,
    pub(super) plan: &'a Plan,
    pub(super) cycle: &'a Cycle,
    pub(super) history: &'a [Preferences],
}

impl CycleActivity<'_> {
    /// Adds the workouts and meals up to the last active day, and the swapped dinners, including later ones.
    pub(super) fn add_to(&self, data: &mut DemoData) -> Result<()> {
        let days = self.days()?;
        let workouts = (days.iter().filter(|day| self.active(day))).flat_map(|day| {
            let workouts = day.workouts.iter();
            workouts.map(move |scheduled| (day, scheduled))
        });
        for (index, (day, scheduled)) in workouts.enumerate() {
            if is_last_of(SKIPPED_WORKOUT, index) {
                continue;
            }
            let completion = WorkoutCompletion {
                day: day.id.number,
                position: scheduled.id.position,
                workout_id: scheduled.workout.id,
                completed_at: self.builder.at(day.date, (18, 30)),
                effort: effort(index),
            };
            data.completions.push((self.cycle.id, completion));
        }
        let meals = (days.iter()).flat_map(|day| day.meals.iter().map(move |meal| (day, meal)));
        for (index, (day, meal)) in meals.enumerate() {
            let chosen = self.chosen(day, meal);
            let eaten = chosen.is_some() || !is_last_of(SKIPPED_MEAL, index);
            let eaten = eaten && self.active(day);
            if !eaten && chosen.is_none() {
                continue;
            }
            let choice = MealChoice {
                day: day.id.number,
                slot: meal.slot,
                position: meal.id.position,
                recipe_id: chosen.map_or(meal.recipe.id, |recipe| recipe.id),
                servings: if is_last_of(DOUBLE_MEAL, index) { 2 } else { 1 },
                eaten_at: eaten.then(|| self.builder.at(day.date, time(meal))),
            };
            data.choices.push((self.cycle.id, choice));
        }
        Ok(())
    }

    fn days(&self) -> Result<Vec<Day>> {
        let catalogue = self.builder.catalogue;
        let version = (self.cycle.programme, self.cycle.programme_version);
        let Some(programme) = catalogue.programmes.get(&version) else {
            return Err(Error::Invariant("a cycle without its programme".to_owned()));
        };
        let (numbers, log) = (1..=DAYS, DayLog::default());
        let days = day::plan(
            self.cycle,
            numbers,
            programme,
            catalogue,
            self.history,
            &log,
        );
        Ok(days)
    }

    fn active(&self, day: &Day) -> bool {
        day.date <= self.builder.ago(self.plan.last_active.max(1))
    }

    /// The recipe that the member chose instead: the alternative closest in nutrition that the day does not serve
    /// already.
    fn chosen(&self, day: &Day, meal: &PlannedMeal) -> Option<Arc<Recipe>> {
        let last = usize::try_from(self.cycle.number) == Ok(self.plan.cycles.len());
        let swapped = last && self.plan.swapped_dinners.contains(&day.id.number);
        if !swapped || meal.slot != MealSlot::Dinner {
            return None;
        }
        let preferences = preferences::effective_on(self.history, day.date)?;
        day::alternatives(meal, self.builder.catalogue, preferences)
            .into_iter()
            .find(|recipe| day.meals.iter().all(|meal| meal.recipe.id != recipe.id))
    }
}

fn is_last_of(group: usize, index: usize) -> bool {
    index % group == group - 1
}

fn effort(index: usize) -> Option<Effort> {
    match index % 4 {
        0 => Some(Effort::Moderate),
        1 => Some(Effort::Hard),
        2 => Some(Effort::Easy),
        _ => None,
    }
}

/// The time at which a meal is eaten: hour and minute.
fn time(meal: &PlannedMeal) -> (u32, u32) {
    match (meal.slot, meal.position) {
        (MealSlot::Breakfast, _) => (7, 30),
        (MealSlot::Lunch, _) => (12, 30),
        (MealSlot::Dinner, _) => (19, 15),
        (MealSlot::Snack, 1) => (15, 30),
        (MealSlot::Snack, _) => (21, 0),
    }
}
