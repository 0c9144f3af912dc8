//! Keeping recipes, and dropping them.

use sea_orm::ConnectionTrait as _;
use serde::Serialize;

use crate::{
    command::{Command, Refusal, UserError, Work},
    database,
    decision::{self, About},
    id::RecipeId,
};

/// Puts a recipe among the member's favourites, or takes it out. What is so already stays so, with its place in the
/// list; and so does what was decided later than this.
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
        let change = if self.is_favourite {
            "INSERT INTO favourite_recipe (member_id, recipe_id, created_at)
            SELECT $1, $4, $3
            FROM decided
            ON CONFLICT (member_id, recipe_id) DO NOTHING"
        } else {
            // Whoever put it there decided so no earlier than that.
            "DELETE FROM favourite_recipe
            USING decided
            WHERE member_id = $1 AND recipe_id = $4 AND created_at <= $3"
        };
        let about = About::favourite(self.recipe);
        let values = decision::one(work.member()?.id, &about, work.occurred_at());
        let values = values.into_iter().chain([self.recipe.into()]);
        let statement = database::statement(format!("{} {change}", decision::ONE), values);
        work.transaction().execute_raw(statement).await?;
        Ok(self.recipe)
    }
}
