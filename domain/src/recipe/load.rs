//! Reading all recipes, for the catalogue.

use std::{collections::HashMap, sync::Arc};

use sea_orm::{ConnectionTrait, FromQueryResult, JsonValue};
use serde::Deserialize;

use super::{IngredientAmount, MeasuringUnit, Recipe, RecipeIngredient};
use crate::{
    Error, Result, database,
    enums::{Allergen, Diet, MealSlot},
    id::RecipeId,
    image::ImageColumns,
    nutrition::Nutrition,
};

#[derive(FromQueryResult)]
struct Row {
    id: RecipeId,
    title: String,
    summary: Option<String>,
    slots: Vec<MealSlot>,
    diets: Vec<Diet>,
    allergens: Option<Vec<Allergen>>,
    minutes: Option<i32>,
    servings: Option<i32>,
    energy_kcal: Option<i32>,
    protein_grams: Option<f64>,
    carbohydrate_grams: Option<f64>,
    fat_grams: Option<f64>,
    fibre_grams: Option<f64>,
    #[sea_orm(nested)]
    image: ImageColumns,
    archived: bool,
    ingredients: JsonValue,
    steps: Vec<String>,
}

#[derive(Deserialize)]
struct Ingredient {
    name: String,
    quantity: String,
    minimum: Option<f64>,
    maximum: Option<f64>,
    unit: Option<MeasuringUnit>,
    grams: Option<i32>,
    note: Option<String>,
}

impl Ingredient {
    fn amount(&self) -> Option<IngredientAmount> {
        Some(IngredientAmount {
            minimum: self.minimum?,
            maximum: self.maximum?,
            unit: self.unit,
        })
    }
}

/// All recipes with their ingredients and steps, including archived ones.
pub(crate) async fn load(db: &impl ConnectionTrait) -> Result<HashMap<RecipeId, Arc<Recipe>>> {
    let sql = "
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
    let rows = Row::find_by_statement(database::statement(sql, []));
    let recipes = rows.all(db).await?.into_iter().map(|row| {
        let recipe = row.recipe()?;
        Ok((recipe.id, Arc::new(recipe)))
    });
    recipes.collect()
}

impl Row {
    fn nutrition(&self) -> Option<Nutrition> {
        Some(Nutrition {
            energy_kcal: self.energy_kcal?,
            protein_grams: self.protein_grams?,
            carbohydrate_grams: self.carbohydrate_grams?,
            fat_grams: self.fat_grams?,
            fibre_grams: self.fibre_grams?,
        })
    }

    fn recipe(self) -> Result<Recipe> {
        let nutrition = self.nutrition();
        let unreadable = |_| Error::Invariant("a recipe has unreadable ingredients".to_owned());
        let ingredients: Vec<Ingredient> =
            serde_json::from_value(self.ingredients).map_err(unreadable)?;
        let ingredients = ingredients.into_iter().map(|part| RecipeIngredient {
            amount: part.amount(),
            name: part.name,
            quantity: part.quantity,
            grams: part.grams,
            note: part.note,
        });
        Ok(Recipe {
            id: self.id,
            title: self.title,
            summary: self.summary,
            slots: self.slots,
            diets: self.diets,
            allergens: self.allergens,
            minutes: self.minutes,
            servings: self.servings,
            nutrition,
            ingredients: ingredients.collect(),
            steps: self.steps,
            image: self.image.image(),
            archived: self.archived,
        })
    }
}
