//! The commands `swapMeal` and `resetMeal`.

use sea_orm::ConnectionTrait as _;
use serde::Serialize;

use super::editable_meal::{EditableMeal, delete_choice, key_params};
use crate::{
    Error,
    command::{Command, CommandContext, CommandError, UserError, UserErrorReason},
    database,
    decision::{self, DecisionTopic},
    id::{PlannedMealId, RecipeId},
    safety::{Misfit, misfit},
};

/// Replaces the recipe of a planned meal that is not eaten yet with one of its [`alternatives`](super::alternatives),
/// or keeps the current one. Has no effect on a meal that the member has swapped, reset or eaten later.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct SwapMeal {
    /// The meal.
    pub planned_meal: PlannedMealId,
    /// The recipe to serve instead.
    pub recipe: RecipeId,
}

const RECIPE_ARGUMENT: &str = "recipeId";

impl Command for SwapMeal {
    const NAME: &'static str = "swapMeal";
    type Output = PlannedMealId;

    async fn run(&self, context: &mut CommandContext<'_>) -> Result<PlannedMealId, CommandError> {
        let id = self.planned_meal;
        let editable = EditableMeal::find(context, id).await?;
        if editable.was_chosen_since(context) || editable.was_eaten_since(context) {
            return Ok(id);
        }
        editable.require_uneaten()?;
        let topic = DecisionTopic::meal_choice(id);
        let recipe = context.catalogue().recipes.get(&self.recipe);
        let recipe = recipe.ok_or_else(|| UserError::unknown(RECIPE_ARGUMENT))?;
        if recipe.id == editable.meal.recipe.id {
            // An offline client may still send an earlier choice of another recipe.
            let (member, at) = (id.day.cycle.member, context.occurred_at());
            decision::record(context.transaction(), member, &topic, at).await?;
            return Ok(id);
        }
        let preferences = editable.preferences();
        let missing = || Error::Invariant("a member without preferences".to_owned());
        if let Some(misfit) = misfit(recipe, id.slot, preferences.ok_or_else(missing)?) {
            return Err(user_error(misfit).into());
        }
        let sql = format!(
            "{DECIDED}
            INSERT INTO meal_choice
                (member_id, cycle_id, day, slot, position, recipe_id, servings, eaten_at)
            SELECT $1, $4, $5, $6, $7, $8, $9, NULL
            FROM decided
            ON CONFLICT (member_id, cycle_id, day, slot, position) DO UPDATE
            SET recipe_id = excluded.recipe_id, servings = excluded.servings",
            DECIDED = decision::RECORD_ONE,
        );
        let changed = [recipe.id.into(), editable.meal.servings.into()];
        let key = key_params(context, &topic, id);
        let statement = database::statement(sql, key.into_iter().chain(changed));
        context.transaction().execute_raw(statement).await?;
        Ok(id)
    }
}

fn user_error(misfit: Misfit) -> UserError {
    let reason = match misfit {
        Misfit::Unplannable => UserErrorReason::NotPlannable,
        Misfit::Slot => UserErrorReason::NotForSlot,
        Misfit::Allergens => UserErrorReason::NotAllowedByAllergens,
        Misfit::Diet => UserErrorReason::NotAllowedByDiet,
    };
    UserError::new(reason, RECIPE_ARGUMENT)
}

/// Restores the recipe of the programme for a meal that is not eaten yet. Has no effect on a meal that was never
/// swapped, or that the member has swapped, reset or eaten later.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct ResetMeal {
    /// The meal.
    pub planned_meal: PlannedMealId,
}

impl Command for ResetMeal {
    const NAME: &'static str = "resetMeal";
    type Output = PlannedMealId;

    async fn run(&self, context: &mut CommandContext<'_>) -> Result<PlannedMealId, CommandError> {
        let id = self.planned_meal;
        let editable = EditableMeal::find(context, id).await?;
        if editable.was_chosen_since(context) || editable.was_eaten_since(context) {
            return Ok(id);
        }
        editable.require_uneaten()?;
        delete_choice(context, &DecisionTopic::meal_choice(id), id).await?;
        Ok(id)
    }
}
