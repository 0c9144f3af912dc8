//! Recipes.

mod amount;
mod load;
mod search;

pub use amount::{IngredientAmount, MeasuringUnit, UnitFamily};
pub use load::find;
pub(crate) use load::load;
pub use search::search;
pub(crate) use search::{listing, search_text};

use sea_orm::{FromQueryResult, TryGetableFromJson};
use serde::Deserialize;

use crate::{
    enums::{Allergen, Diet, MealSlot},
    id::RecipeId,
    image::Image,
    nutrition::Nutrition,
};

/// A recipe with its ingredients and steps.
#[derive(Clone, Debug, PartialEq, FromQueryResult)]
pub struct Recipe {
    /// The id.
    pub id: RecipeId,
    /// The title, 1 to 120 characters.
    pub title: String,
    /// A summary of one sentence.
    pub summary: Option<String>,
    /// The slots that it suits.
    pub slots: Vec<MealSlot>,
    /// Every diet that it suits.
    pub diets: Vec<Diet>,
    /// The allergens that it contains; `None` when they are unknown, which counts as containing all.
    pub allergens: Option<Vec<Allergen>>,
    /// Minutes from start to serving; `None` when unknown.
    pub minutes: Option<i32>,
    /// The number of servings that the ingredients yield; `None` when unknown.
    pub servings: Option<i32>,
    /// The nutrition of one serving; `None` when unknown.
    #[sea_orm(nested)]
    pub nutrition: Option<Nutrition>,
    /// The ingredients, in the order of use.
    pub ingredients: Vec<RecipeIngredient>,
    /// The instructions, step by step.
    pub steps: Vec<String>,
    /// An image, if there is one.
    #[sea_orm(nested)]
    pub image: Option<Image>,
    /// Whether it is archived: hidden from lists, but still readable by ID.
    pub archived: bool,
}

/// An ingredient of a recipe.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct RecipeIngredient {
    /// The name of the ingredient.
    pub name: String,
    /// The quantity as written; empty when there is none.
    pub quantity: String,
    /// The parsed quantity; `None` when it cannot be measured.
    #[serde(flatten)]
    pub amount: Option<IngredientAmount>,
    /// The weight in grams for the whole recipe; `None` when unknown.
    pub grams: Option<i32>,
    /// How it is prepared.
    pub note: Option<String>,
}

/// Read from an element of an array of JSON.
impl TryGetableFromJson for RecipeIngredient {}

impl Recipe {
    /// Whether it may be planned at all. Archived recipes may not, nor imported recipes with unknown nutrition,
    /// allergens, time or servings.
    pub fn plannable(&self) -> bool {
        !self.archived
            && self.nutrition.is_some()
            && self.allergens.is_some()
            && self.minutes.is_some()
            && self.servings.is_some()
    }

    /// Whether it may be served to a member with this diet and these excluded allergens. Unknown allergens count as
    /// all.
    pub fn suits(&self, diet: Diet, excluded: &[Allergen]) -> bool {
        self.is_free_of(excluded) && self.diets.contains(&diet)
    }

    /// Whether it contains none of the excluded allergens. Unknown allergens count as all.
    pub fn is_free_of(&self, excluded: &[Allergen]) -> bool {
        match &self.allergens {
            Some(contained) => !contained.iter().any(|allergen| excluded.contains(allergen)),
            None => excluded.is_empty(),
        }
    }
}
