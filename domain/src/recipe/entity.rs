//! The table `recipe`.

use sea_orm::entity::prelude::*;

use crate::{
    enums::{Allergen, Diet, MealSlot},
    id::RecipeId,
};

/// A row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "recipe")]
pub struct Model {
    /// The id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RecipeId,
    /// Its unique name in content files.
    pub slug: String,
    /// The title, 1 to 120 characters.
    pub title: String,
    /// A summary of one sentence.
    pub summary: Option<String>,
    /// The slots that it suits.
    pub slots: Vec<MealSlot>,
    /// Every diet that it suits.
    pub diets: Vec<Diet>,
    /// The allergens that it contains; NULL when they are unknown.
    pub allergens: Option<Vec<Allergen>>,
    /// Minutes from start to serving; NULL when unknown.
    pub minutes: Option<i32>,
    /// The number of servings that the ingredients yield; NULL when unknown.
    pub servings: Option<i32>,
    /// Kilocalories per serving. Either all five columns of the nutrition are set, or none.
    pub energy_kcal: Option<i32>,
    /// Grams per serving.
    pub protein_grams: Option<f64>,
    /// Grams per serving, without fibre.
    pub carbohydrate_grams: Option<f64>,
    /// Grams per serving.
    pub fat_grams: Option<f64>,
    /// Grams per serving.
    pub fibre_grams: Option<f64>,
    /// URL of the image. Either all four columns of the image are set, or none.
    pub image_url: Option<String>,
    /// In pixels.
    pub image_width: Option<i32>,
    /// In pixels.
    pub image_height: Option<i32>,
    /// `BlurHash` of the image.
    pub image_blurhash: Option<String>,
    /// When it was archived, which hides it from lists; NULL while it is listed.
    pub archived_at: Option<DateTimeUtc>,
    /// The text for full-text search: [`search_text`](super::search_text).
    pub search_text: String,
}

/// Empty: queries write their joins as SQL.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
