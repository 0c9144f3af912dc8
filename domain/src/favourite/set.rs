//! Adding favourites, and removing them.

use sea_orm::ConnectionTrait as _;
use serde::Serialize;

use crate::{
    command::{Command, CommandContext, CommandError, UserError},
    database,
    decision::{self, DecisionTopic},
    id::RecipeId,
};

/// Adds a recipe to the member's favourites, or removes it. A favourite that is added again keeps its place in the
/// list. If the member decided on the recipe later than this command, it has no effect.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct SetFavouriteRecipe {
    /// The recipe.
    pub recipe: RecipeId,
    /// Whether to add or to remove it.
    pub is_favourite: bool,
}

impl Command for SetFavouriteRecipe {
    const NAME: &'static str = "setFavouriteRecipe";
    type Output = RecipeId;

    async fn run(&self, context: &mut CommandContext<'_>) -> Result<RecipeId, CommandError> {
        if !context.catalogue().recipes.contains_key(&self.recipe) {
            return Err(UserError::unknown("recipeId").into());
        }
        let change = if self.is_favourite {
            "INSERT INTO favourite_recipe (member_id, recipe_id, created_at)
            SELECT $1, $4, $3
            FROM decided
            ON CONFLICT (member_id, recipe_id) DO NOTHING"
        } else {
            // It was added no earlier than `created_at`, so an older removal does not apply to it.
            "DELETE FROM favourite_recipe
            USING decided
            WHERE member_id = $1 AND recipe_id = $4 AND created_at <= $3"
        };
        let topic = DecisionTopic::favourite(self.recipe);
        let values =
            decision::record_one_values(context.member()?.id, &topic, context.occurred_at());
        let values = values.into_iter().chain([self.recipe.into()]);
        let statement = database::statement(format!("{} {change}", decision::RECORD_ONE), values);
        context.transaction().execute_raw(statement).await?;
        Ok(self.recipe)
    }
}
