//! Logging meals.

use sea_orm::ConnectionTrait as _;
use serde::Serialize;

use super::{
    open::require_reached,
    planned::{ARGUMENT, KEY, Planned, forget, key},
};
use crate::{
    command::{Command, Refusal, Work},
    database,
    id::PlannedMealId,
};

/// Logs a planned meal as eaten, or corrects when and how much.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct RecordMeal {
    /// Which.
    pub planned_meal: PlannedMealId,
    /// How many servings, 1 to 10; as many as are planned, or were logged, where the member does not say.
    pub servings: Option<i32>,
}

impl Command for RecordMeal {
    const NAME: &'static str = "recordMeal";
    type Outcome = PlannedMealId;

    async fn run(&self, work: &mut Work<'_>) -> Result<PlannedMealId, Refusal> {
        let id = self.planned_meal;
        let planned = Planned::find(work, id).await?;
        require_reached(work, &planned.cycle, id.day.number, ARGUMENT)?;
        // The recipe is kept: what was eaten stays that, whatever programme and preferences say later.
        let sql = "
            INSERT INTO meal_choice
                (member_id, cycle_id, day, slot, position, recipe_id, servings, eaten_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            ON CONFLICT (member_id, cycle_id, day, slot, position) DO UPDATE
            SET recipe_id = excluded.recipe_id, servings = excluded.servings,
                eaten_at = excluded.eaten_at";
        let servings = self.servings.unwrap_or(planned.meal.servings);
        let changed = [
            planned.meal.recipe.id.into(),
            servings.into(),
            work.occurred_at().into(),
        ];
        let values = key(id).into_iter().chain(changed);
        let statement = database::statement(sql, values);
        work.transaction().execute_raw(statement).await?;
        Ok(id)
    }
}

/// Takes a planned meal out of the log again; one that is not logged stays as it is.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct UnlogMeal {
    /// Which.
    pub planned_meal: PlannedMealId,
}

impl Command for UnlogMeal {
    const NAME: &'static str = "unlogMeal";
    type Outcome = PlannedMealId;

    async fn run(&self, work: &mut Work<'_>) -> Result<PlannedMealId, Refusal> {
        let id = self.planned_meal;
        let planned = Planned::find(work, id).await?;
        if planned.meal.eaten_at.is_none() {
            return Ok(id);
        }
        if planned.untouched(work) == Some(planned.meal.recipe.id) {
            forget(work, id).await?;
            return Ok(id);
        }
        // The member had chosen something else before, and still has.
        let sql = format!("UPDATE meal_choice SET eaten_at = NULL, servings = 1 WHERE {KEY}");
        let statement = database::statement(sql, key(id));
        work.transaction().execute_raw(statement).await?;
        Ok(id)
    }
}
