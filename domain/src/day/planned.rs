//! A planned meal as a command finds it, and the row that changes it.

use std::sync::Arc;

use sea_orm::{ConnectionTrait as _, FromQueryResult as _, Value};

use super::{
    PlannedMeal, choice_entity,
    log::{DayLog, MealChoice},
    open::open_cycle,
    plan::plan,
};
use crate::{
    Result,
    command::{Refusal, UserError, UserErrorCode, Work},
    cycle::Cycle,
    database,
    id::{PlannedMealId, RecipeId},
    preferences::{self, Preferences},
    programme::Programme,
};

/// What names it in the input.
pub(super) const ARGUMENT: &str = "plannedMealId";

/// A planned meal of a cycle that can be changed.
pub(super) struct Planned {
    id: PlannedMealId,
    pub(super) cycle: Cycle,
    /// As the member sees it.
    pub(super) meal: PlannedMeal,
    programme: Arc<Programme>,
    history: Vec<Preferences>,
}

impl Planned {
    /// Finds it.
    ///
    /// # Errors
    ///
    /// As [`open_cycle`]; `NOT_FOUND` also for a place that the day does not have, or has nothing for.
    pub(super) async fn find(work: &Work<'_>, id: PlannedMealId) -> Result<Self, Refusal> {
        let (cycle, programme) = open_cycle(work, id.day.cycle, ARGUMENT).await?;
        let member = id.day.cycle.member;
        let mut histories = preferences::history(work.transaction(), &[member]).await?;
        let history = histories.remove(&member).unwrap_or_default();
        let log = DayLog {
            choices: choice(work, id).await?.into_iter().collect(),
            ..DayLog::default()
        };
        let meal = meal(work, id, &cycle, &programme, &history, &log);
        Ok(Self {
            id,
            meal: meal.ok_or_else(|| UserError::not_found(ARGUMENT))?,
            cycle,
            programme,
            history,
        })
    }

    /// What the place would serve had the member never touched it; `None` where nothing fits.
    pub(super) fn untouched(&self, work: &Work<'_>) -> Option<RecipeId> {
        let (cycle, programme, history) = (&self.cycle, &self.programme, &self.history);
        let meal = meal(work, self.id, cycle, programme, history, &DayLog::default());
        meal.map(|meal| meal.recipe.id)
    }

    /// What counts on its date.
    pub(super) fn preferences(&self) -> Option<&Preferences> {
        preferences::on(&self.history, self.cycle.date_of(self.id.day.number))
    }

    /// Refuses a meal that is eaten: what happened is not changed by choosing otherwise.
    ///
    /// # Errors
    ///
    /// `MEAL_EATEN`.
    pub(super) fn require_uneaten(&self) -> Result<(), Refusal> {
        if self.meal.eaten_at.is_none() {
            return Ok(());
        }
        let message = "this meal is logged as eaten; take it out of the log first";
        Err(UserError::new(UserErrorCode::MealEaten, message, ARGUMENT).into())
    }
}

/// The parameters `$1` to `$5` by which the row of a meal is found.
pub(super) fn key(id: PlannedMealId) -> [Value; 5] {
    [
        id.day.cycle.member.into(),
        id.day.cycle.id.into(),
        i32::from(id.day.number).into(),
        id.slot.into(),
        i32::from(id.position).into(),
    ]
}

/// The condition that goes with [`key`].
pub(super) const KEY: &str =
    "member_id = $1 AND cycle_id = $2 AND day = $3 AND slot = $4 AND position = $5";

/// Forgets whatever the member did with a meal.
pub(super) async fn forget(work: &Work<'_>, id: PlannedMealId) -> Result<()> {
    let sql = format!("DELETE FROM meal_choice WHERE {KEY}");
    let statement = database::statement(sql, key(id));
    work.transaction().execute_raw(statement).await?;
    Ok(())
}

async fn choice(work: &Work<'_>, id: PlannedMealId) -> Result<Option<MealChoice>> {
    let sql = format!(
        "SELECT member_id, cycle_id, day, slot, position, recipe_id, servings, eaten_at
        FROM meal_choice WHERE {KEY}"
    );
    let found = choice_entity::Model::find_by_statement(database::statement(sql, key(id)));
    let found = found.one(work.transaction()).await?;
    Ok(found.map(|row| MealChoice {
        day: id.day.number,
        slot: row.slot,
        position: id.position,
        recipe_id: row.recipe_id,
        servings: row.servings,
        eaten_at: row.eaten_at,
    }))
}

fn meal(
    work: &Work<'_>,
    id: PlannedMealId,
    cycle: &Cycle,
    programme: &Programme,
    history: &[Preferences],
    log: &DayLog,
) -> Option<PlannedMeal> {
    let numbers = [id.day.number];
    let days = plan(cycle, numbers, programme, work.catalogue(), history, log);
    let mut meals = days.into_iter().flat_map(|day| day.meals);
    meals.find(|meal| meal.id == id)
}
