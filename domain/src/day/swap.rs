//! Choosing other meals.

use sea_orm::ConnectionTrait as _;
use serde::Serialize;

use super::{
    fit::{Misfit, misfit},
    planned::{Planned, forget, key},
};
use crate::{
    Error,
    command::{Command, Obstacle, Refusal, UserError, Work},
    database,
    decision::{self, About},
    id::{PlannedMealId, RecipeId},
};

/// Puts another recipe in the place of a planned one that is not eaten yet: one that
/// [`alternatives`](super::alternatives) offers, or the one that is there. What was chosen, or eaten, later than this
/// stays.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct SwapMeal {
    /// Which.
    pub planned_meal: PlannedMealId,
    /// What to eat instead.
    pub recipe: RecipeId,
}

const RECIPE: &str = "recipeId";

impl Command for SwapMeal {
    const NAME: &'static str = "swapMeal";
    type Outcome = PlannedMealId;

    async fn run(&self, work: &mut Work<'_>) -> Result<PlannedMealId, Refusal> {
        let id = self.planned_meal;
        let planned = Planned::find(work, id).await?;
        if planned.was_chosen_since(work) || planned.was_eaten_since(work) {
            return Ok(id);
        }
        planned.require_uneaten()?;
        let about = About::choice_of_meal(id);
        let recipe = work.catalogue().recipes.get(&self.recipe);
        let recipe = recipe.ok_or_else(|| UserError::unknown(RECIPE))?;
        if recipe.id == planned.meal.recipe.id {
            // A phone may still send that it was to be another before.
            let (member, at) = (id.day.cycle.member, work.occurred_at());
            decision::remember(work.transaction(), member, &about, at).await?;
            return Ok(id);
        }
        let preferences = planned.preferences();
        let missing = || Error::Invariant("a member without preferences".to_owned());
        if let Some(misfit) = misfit(recipe, id.slot, preferences.ok_or_else(missing)?) {
            return Err(refusal(misfit).into());
        }
        let sql = format!(
            "{DECIDED}
            INSERT INTO meal_choice
                (member_id, cycle_id, day, slot, position, recipe_id, servings, eaten_at)
            SELECT $1, $4, $5, $6, $7, $8, $9, NULL
            FROM decided
            ON CONFLICT (member_id, cycle_id, day, slot, position) DO UPDATE
            SET recipe_id = excluded.recipe_id, servings = excluded.servings",
            DECIDED = decision::ONE,
        );
        let changed = [recipe.id.into(), planned.meal.servings.into()];
        let key = key(work, &about, id);
        let statement = database::statement(sql, key.into_iter().chain(changed));
        work.transaction().execute_raw(statement).await?;
        Ok(id)
    }
}

fn refusal(misfit: Misfit) -> UserError {
    let obstacle = match misfit {
        Misfit::Unplannable => Obstacle::Unplannable,
        Misfit::Slot => Obstacle::Slot,
        Misfit::Allergens => Obstacle::Allergens,
        Misfit::Diet => Obstacle::Diet,
    };
    UserError::new(obstacle, RECIPE)
}

/// Gives a meal that is not eaten yet the recipe back that the programme has for it; one that was never swapped stays
/// as it is, and so does what was chosen, or eaten, later than this.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct ResetMeal {
    /// Which.
    pub planned_meal: PlannedMealId,
}

impl Command for ResetMeal {
    const NAME: &'static str = "resetMeal";
    type Outcome = PlannedMealId;

    async fn run(&self, work: &mut Work<'_>) -> Result<PlannedMealId, Refusal> {
        let id = self.planned_meal;
        let planned = Planned::find(work, id).await?;
        if planned.was_chosen_since(work) || planned.was_eaten_since(work) {
            return Ok(id);
        }
        planned.require_uneaten()?;
        forget(work, &About::choice_of_meal(id), id).await?;
        Ok(id)
    }
}
