//! Keeping recipes, and dropping them.

use sea_orm::ConnectionTrait as _;
use serde::Serialize;

use crate::{
    command::{Command, Refusal, UserError, Work},
    database,
    id::RecipeId,
};

/// Puts a recipe among the member's favourites, or takes it out. What is so already stays so, with its place in the
/// list.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct SetFavouriteRecipe {
    /// Which.
    pub recipe: RecipeId,
    /// Whether to keep it.
    pub is_favourite: bool,
}

impl Command for SetFavouriteRecipe {
    const NAME: &'static str = "setFavouriteRecipe";
    type Outcome = RecipeId;

    async fn run(&self, work: &mut Work<'_>) -> Result<RecipeId, Refusal> {
        if !work.catalogue().recipes.contains_key(&self.recipe) {
            return Err(UserError::unknown("recipeId").into());
        }
        let member = work.member()?.id;
        let statement = if self.is_favourite {
            let sql = "
                INSERT INTO favourite_recipe (member_id, recipe_id, created_at)
                VALUES ($1, $2, $3)
                ON CONFLICT (member_id, recipe_id) DO NOTHING";
            let since = work.occurred_at();
            database::statement(sql, [member.into(), self.recipe.into(), since.into()])
        } else {
            let sql = "DELETE FROM favourite_recipe WHERE member_id = $1 AND recipe_id = $2";
            database::statement(sql, [member.into(), self.recipe.into()])
        };
        work.transaction().execute_raw(statement).await?;
        Ok(self.recipe)
    }
}
