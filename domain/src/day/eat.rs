//! Logging meals.

use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait as _;
use serde::Serialize;

use super::{
    open::require_reached,
    planned::{ARGUMENT, KEY, Planned, forget, key},
};
use crate::{
    command::{Command, Refusal, Work},
    database,
    decision::{self, About},
    id::PlannedMealId,
};

/// Logs a planned meal as eaten, or corrects when and how much. What was logged, or taken out of the log, later than this
/// stays.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct RecordMeal {
    /// Which.
    pub planned_meal: PlannedMealId,
    /// How many servings, 1 to 10; as many as are planned, or were logged, where the member does not say.
    pub servings: Option<i32>,
    /// When it was eaten, where that is not when the member says so. Left out of the hash where it is absent, as in keys
    /// from before it was there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub eaten_at: Option<DateTime<Utc>>,
}

impl Command for RecordMeal {
    const NAME: &'static str = "recordMeal";
    type Outcome = PlannedMealId;

    async fn run(&self, work: &mut Work<'_>) -> Result<PlannedMealId, Refusal> {
        let id = self.planned_meal;
        let planned = Planned::find(work, id).await?;
        require_reached(work, &planned.cycle, id.day.number, ARGUMENT)?;
        let eaten_at = work.happened_at(self.eaten_at, "eatenAt")?;
        if planned.was_logged_since(work) {
            return Ok(id);
        }
        // The recipe is kept: what was eaten stays that, whatever programme and preferences say later.
        let sql = format!(
            "{DECIDED}
            INSERT INTO meal_choice
                (member_id, cycle_id, day, slot, position, recipe_id, servings, eaten_at)
            SELECT $1, $4, $5, $6, $7, $8, $9, $10
            FROM decided
            ON CONFLICT (member_id, cycle_id, day, slot, position) DO UPDATE
            SET recipe_id = excluded.recipe_id, servings = excluded.servings,
                eaten_at = excluded.eaten_at",
            DECIDED = decision::ONE,
        );
        let servings = self.servings.unwrap_or(planned.meal.servings);
        let changed = [
            planned.meal.recipe.id.into(),
            servings.into(),
            eaten_at.into(),
        ];
        let key = key(work, &About::log_of_meal(id), id);
        let statement = database::statement(sql, key.into_iter().chain(changed));
        work.transaction().execute_raw(statement).await?;
        Ok(id)
    }
}

/// Takes a planned meal out of the log again; one that is not logged stays as it is, and so does what was logged later
/// than this.
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
        let about = About::log_of_meal(id);
        if planned.was_logged_since(work) {
            return Ok(id);
        }
        if planned.meal.eaten_at.is_none() {
            // A phone may still send that it was eaten before.
            let (member, at) = (id.day.cycle.member, work.occurred_at());
            decision::remember(work.transaction(), member, &about, at).await?;
            return Ok(id);
        }
        if planned.untouched(work) == Some(planned.meal.recipe.id) {
            forget(work, &about, id).await?;
            return Ok(id);
        }
        // The member had chosen something else before, and still has.
        let sql = format!(
            "{DECIDED}
            UPDATE meal_choice SET eaten_at = NULL, servings = 1 FROM decided WHERE {KEY}",
            DECIDED = decision::ONE,
        );
        let statement = database::statement(sql, key(work, &about, id));
        work.transaction().execute_raw(statement).await?;
        Ok(id)
    }
}
