//! The commands `recordMeal` and `unlogMeal`.

use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait as _;
use serde::Serialize;

use super::{
    editable::require_reached,
    editable_meal::{ARGUMENT, EditableMeal, KEY_CONDITION, delete_choice, key_params},
};
use crate::{
    command::{Command, CommandContext, CommandError},
    database,
    decision::{self, DecisionTopic},
    id::PlannedMealId,
};

/// Logs a planned meal as eaten, or corrects the time and the servings. Has no effect on a meal that the member has
/// logged or unlogged later.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct RecordMeal {
    /// The meal.
    pub planned_meal: PlannedMealId,
    /// The number of servings, 1 to 10; `None` for the number that is planned or already logged.
    pub servings: Option<i32>,
    /// When it was eaten; `None` for the time of the request. It is left out of the request hash when it is absent, so
    /// that idempotency keys from before this field existed stay valid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub eaten_at: Option<DateTime<Utc>>,
}

impl Command for RecordMeal {
    const NAME: &'static str = "recordMeal";
    type Output = PlannedMealId;

    async fn run(&self, context: &mut CommandContext<'_>) -> Result<PlannedMealId, CommandError> {
        let id = self.planned_meal;
        let editable = EditableMeal::find(context, id).await?;
        require_reached(context, &editable.cycle, id.day.number, ARGUMENT)?;
        let eaten_at = context.happened_at(self.eaten_at, "eatenAt")?;
        if editable.was_logged_since(context) {
            return Ok(id);
        }
        // Stores the recipe too, so that later changes of programme or preferences do not change what was eaten.
        let sql = format!(
            "{DECIDED}
            INSERT INTO meal_choice
                (member_id, cycle_id, day, slot, position, recipe_id, servings, eaten_at)
            SELECT $1, $4, $5, $6, $7, $8, $9, $10
            FROM decided
            ON CONFLICT (member_id, cycle_id, day, slot, position) DO UPDATE
            SET recipe_id = excluded.recipe_id, servings = excluded.servings,
                eaten_at = excluded.eaten_at",
            DECIDED = decision::RECORD_ONE,
        );
        let servings = self.servings.unwrap_or(editable.meal.servings);
        let changed = [
            editable.meal.recipe.id.into(),
            servings.into(),
            eaten_at.into(),
        ];
        let key = key_params(context, &DecisionTopic::meal_log(id), id);
        let statement = database::statement(sql, key.into_iter().chain(changed));
        context.transaction().execute_raw(statement).await?;
        Ok(id)
    }
}

/// Removes a planned meal from the log. Has no effect on a meal that is not logged, or that was logged later.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct UnlogMeal {
    /// The meal.
    pub planned_meal: PlannedMealId,
}

impl Command for UnlogMeal {
    const NAME: &'static str = "unlogMeal";
    type Output = PlannedMealId;

    async fn run(&self, context: &mut CommandContext<'_>) -> Result<PlannedMealId, CommandError> {
        let id = self.planned_meal;
        let editable = EditableMeal::find(context, id).await?;
        let topic = DecisionTopic::meal_log(id);
        if editable.was_logged_since(context) {
            return Ok(id);
        }
        if editable.meal.eaten_at.is_none() {
            // An offline client may still send an earlier decision that it was eaten.
            let (member, at) = (id.day.cycle.member, context.occurred_at());
            decision::record(context.transaction(), member, &topic, at).await?;
            return Ok(id);
        }
        if editable.default_recipe(context) == Some(editable.meal.recipe.id) {
            delete_choice(context, &topic, id).await?;
            return Ok(id);
        }
        // The member had swapped the recipe before, and that choice stays.
        let sql = format!(
            "{DECIDED}
            UPDATE meal_choice SET eaten_at = NULL, servings = 1 FROM decided WHERE {KEY_CONDITION}",
            DECIDED = decision::RECORD_ONE,
        );
        let statement = database::statement(sql, key_params(context, &topic, id));
        context.transaction().execute_raw(statement).await?;
        Ok(id)
    }
}
