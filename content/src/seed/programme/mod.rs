//! Programmes generated from the workouts and recipes of the content by fixed rules: one for every goal, level, diet
//! and number of training days.

use std::sync::Arc;

use coach_domain::{
    enums::{Diet, Goal, Level},
    id::{ProgrammeId, WorkoutId},
    programme::{Programme, ProgrammeContent, ProgrammeDay, ProgrammeMeal},
    recipe::Recipe,
};
use sea_orm::Iterable;

use super::{identity::id, menu::meals, training::training, workout::SeededWorkout};

/// The numbers of training days per week for which programmes exist.
pub(super) const TRAINING_DAYS_PER_WEEK: std::ops::RangeInclusive<u8> = 2..=6;

/// The version of all programmes. Published versions never change, so a change of the rules or of the content that they
/// use has to increment it.
const VERSION: i32 = 1;

/// All programmes, in the order of goal, level, diet and training days.
pub(super) fn programmes(
    workouts: &[SeededWorkout],
    recipes: &[(String, Arc<Recipe>)],
) -> Vec<Arc<Programme>> {
    let plannable = recipes.iter().map(|(_, recipe)| recipe);
    let replacements: Vec<_> = plannable
        .filter(|recipe| recipe.plannable())
        .map(|recipe| recipe.id)
        .collect();
    let mut programmes = Vec::new();
    for goal in Goal::iter() {
        for (level, offset) in Level::iter().zip((0..).step_by(5)) {
            for diet in Diet::iter() {
                for days in TRAINING_DAYS_PER_WEEK {
                    let days_per_week = usize::from(days);
                    let workouts = training(goal, level, days_per_week, workouts);
                    let meals = meals(goal, diet, offset + days_per_week, recipes);
                    programmes.push(Arc::new(Programme {
                        id: programme_id(goal, level, diet, days),
                        version: VERSION,
                        goal,
                        level,
                        diet,
                        days_per_week: i32::from(days),
                        content: ProgrammeContent {
                            days: days_of(workouts, meals),
                            replacements: replacements.clone(),
                        },
                    }));
                }
            }
        }
    }
    programmes
}

fn days_of(workouts: Vec<Vec<WorkoutId>>, meals: Vec<Vec<ProgrammeMeal>>) -> Vec<ProgrammeDay> {
    (workouts.into_iter().zip(meals))
        .map(|(workouts, meals)| ProgrammeDay { workouts, meals })
        .collect()
}

fn programme_id(goal: Goal, level: Level, diet: Diet, days_per_week: u8) -> ProgrammeId {
    use sea_orm::ActiveEnum;
    let [goal, level, diet] = [goal.to_value(), level.to_value(), diet.to_value()];
    let name = format!("{goal}/{level}/{diet}/{days_per_week}");
    ProgrammeId(id("programme", &name))
}

#[cfg(test)]
mod tests;
