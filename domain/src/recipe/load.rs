//! Reading all recipes, for the catalogue.

use std::{collections::HashMap, sync::Arc};

use sea_orm::{ConnectionTrait, FromQueryResult as _};

use super::Recipe;
use crate::{Result, database, id::RecipeId};

/// The columns of [`Recipe`].
const RECIPES: &str = "
    SELECT r.id, r.title, r.summary, r.slots, r.diets, r.allergens, r.minutes, r.servings,
           r.energy_kcal, r.protein_grams, r.carbohydrate_grams, r.fat_grams, r.fibre_grams,
           r.image_url, r.image_width, r.image_height, r.image_blurhash,
           r.archived_at IS NOT NULL AS archived,
           COALESCE(i.ingredients, '[]') AS ingredients,
           COALESCE(s.steps, '{}') AS steps
    FROM recipe r
    LEFT JOIN (
        SELECT recipe_id, json_agg(json_build_object(
            'name', name, 'quantity', quantity, 'grams', grams, 'note', note,
            'minimum', amount_minimum, 'maximum', amount_maximum, 'unit', amount_unit
        ) ORDER BY position) AS ingredients
        FROM recipe_ingredient
        GROUP BY recipe_id
    ) i ON i.recipe_id = r.id
    LEFT JOIN (
        SELECT recipe_id, array_agg(instruction ORDER BY position) AS steps
        FROM recipe_step
        GROUP BY recipe_id
    ) s ON s.recipe_id = r.id";

/// All recipes with their ingredients and steps, including archived ones.
pub(crate) async fn load(db: &impl ConnectionTrait) -> Result<HashMap<RecipeId, Arc<Recipe>>> {
    let recipes = Recipe::find_by_statement(database::statement(RECIPES, []));
    let recipes = recipes.all(db).await?.into_iter();
    Ok(recipes.map(|it| (it.id, Arc::new(it))).collect())
}

/// The recipe with this id.
pub async fn find(db: &impl ConnectionTrait, id: RecipeId) -> Result<Option<Recipe>> {
    let statement = database::statement(format!("{RECIPES} WHERE r.id = $1"), [id.into()]);
    Ok(Recipe::find_by_statement(statement).one(db).await?)
}
