//! The table `recipe`.

use sea_orm::entity::prelude::*;

use crate::{
    day::MealSlot,
    id::RecipeId,
    preferences::{Allergen, Diet},
};

/// A row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "recipe")]
pub struct Model {
    /// The id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RecipeId,
    /// What names it in files of content; unique.
    pub slug: String,
    /// 1 to 120 characters.
    pub title: String,
    /// One sentence.
    pub summary: Option<String>,
    /// The slots that it is made for.
    pub slots: Vec<MealSlot>,
    /// Every diet that it suits.
    pub diets: Vec<Diet>,
    /// What it contains; `None` where that is unknown.
    pub allergens: Option<Vec<Allergen>>,
    /// From start to table; `None` where it is unknown.
    pub minutes: Option<i32>,
    /// How many servings the ingredients make; `None` where it is unknown.
    pub servings: Option<i32>,
    /// Kilocalories of a serving; all five of these or none.
    pub energy_kcal: Option<i32>,
    /// Grams in a serving.
    pub protein_grams: Option<f64>,
    /// Grams in a serving, without fibre.
    pub carbohydrate_grams: Option<f64>,
    /// Grams in a serving.
    pub fat_grams: Option<f64>,
    /// Grams in a serving.
    pub fibre_grams: Option<f64>,
    /// Of the picture; all four or none.
    pub image_url: Option<String>,
    /// Pixels.
    pub image_width: Option<i32>,
    /// Pixels.
    pub image_height: Option<i32>,
    /// Its `BlurHash`.
    pub image_blurhash: Option<String>,
    /// Since when it is out of the lists.
    pub archived_at: Option<DateTimeUtc>,
    /// What is searched: [`search_text`](super::search_text).
    pub search_text: String,
}

/// Relations are written as SQL by the finders.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
