//! Days, planned from the content.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use coach_content::seed;
use coach_domain::{
    catalogue::Catalogue,
    cycle::{self, Cycle},
    day::{
        Day, Effort, PlannedMeal, alternatives,
        log::{DayLog, MealChoice, WorkoutCompletion},
        plan,
    },
    enums::{Allergen, Diet, Goal, Level, MealSlot},
    id::{CycleId, MemberId, PlanId, RecipeId},
    preferences::Preferences,
    programme::Programme,
    progression,
    recipe::Recipe,
};
use sea_orm::Iterable;
use uuid::Uuid;

fn date(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, day).expect("a date in March")
}

fn noon(day: u32) -> DateTime<Utc> {
    date(day).and_hms_opt(12, 0, 0).expect("noon").and_utc()
}

fn preferences(from: u32, diet: Diet, allergens: &[Allergen]) -> Preferences {
    Preferences {
        effective_from: date(from),
        goal: Goal::BuildStrength,
        level: Level::Beginner,
        diet,
        allergens: allergens.to_vec(),
        days_per_week: 3,
    }
}

/// An omnivore's cycle that begins on 1 March.
struct Setting {
    catalogue: Catalogue,
    programme: Arc<Programme>,
    cycle: Cycle,
}

impl Setting {
    fn new() -> Self {
        let catalogue = seed::catalogue().expect("the content can be read");
        let wanted = preferences(1, Diet::Omnivore, &[]);
        let choice = progression::choose(&catalogue, &wanted);
        let programme = choice.expect("there is one for each").programme;
        let cycle = cycle(&programme);
        Self {
            catalogue,
            programme,
            cycle,
        }
    }

    fn days(&self, history: &[Preferences], log: &DayLog) -> Vec<Day> {
        let Self {
            catalogue,
            programme,
            cycle,
        } = self;
        plan(cycle, 1..=28, programme, catalogue, history, log)
    }

    /// A recipe for a slot that contains an allergen.
    fn with(&self, allergen: Allergen, slot: MealSlot) -> RecipeId {
        let contains = |recipe: &Recipe| {
            let contained = recipe.allergens.as_ref();
            contained.is_some_and(|contained| contained.contains(&allergen))
        };
        let mut recipes = self.catalogue.recipes.values();
        let found = recipes.find(|recipe| recipe.slots.contains(&slot) && contains(recipe));
        found.expect("the content has one").id
    }
}

fn cycle(programme: &Programme) -> Cycle {
    let member = MemberId(Uuid::from_u128(1));
    let id = Uuid::from_u128(2);
    Cycle {
        id: CycleId { member, id },
        plan_id: PlanId { member, id },
        number: 1,
        starts_on: date(1),
        ends_on: cycle::ends_on(date(1)),
        check_in_opens_on: cycle::check_in_opens_on(date(1)),
        check_in_due: false,
        closed_on: None,
        programme: programme.id,
        programme_version: programme.version,
        seed: 42,
        wanted: None,
        time_zone: chrono_tz::UTC,
        plan_ended_on: None,
    }
}

fn choice(day: u8, recipe_id: RecipeId, eaten_at: Option<DateTime<Utc>>) -> MealChoice {
    MealChoice {
        day,
        slot: MealSlot::Dinner,
        position: 1,
        recipe_id,
        servings: 2,
        eaten_at,
    }
}

fn dinner(days: &[Day], number: usize) -> &PlannedMeal {
    let mut meals = days[number - 1].meals.iter();
    let dinner = meals.find(|meal| meal.slot == MealSlot::Dinner);
    dinner.expect("every day has a dinner")
}

/// The days with all their fields, as text.
fn shown(days: &[Day]) -> Vec<String> {
    days.iter().map(|day| format!("{day:?}")).collect()
}

mod log;
mod programme;
mod safety;
