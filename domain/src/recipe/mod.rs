//! Recipes.

mod amount;
pub mod entity;
pub mod ingredient_entity;
mod load;
mod search;
pub mod step_entity;

pub use amount::{IngredientAmount, MeasuringUnit, UnitFamily};
pub(crate) use load::load;
pub(crate) use search::listing;
pub use search::{search, search_text};

use crate::{
    enums::{Allergen, Diet, MealSlot},
    id::RecipeId,
    image::Image,
    nutrition::Nutrition,
};

/// A recipe with its ingredients and steps.
#[derive(Clone, Debug)]
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
    pub nutrition: Option<Nutrition>,
    /// The ingredients, in the order of use.
    pub ingredients: Vec<RecipeIngredient>,
    /// The instructions, step by step.
    pub steps: Vec<String>,
    /// An image, if there is one.
    pub image: Option<Image>,
    /// Whether it is archived: hidden from lists, but still readable by ID.
    pub archived: bool,
}

/// An ingredient of a recipe.
#[derive(Clone, Debug, PartialEq)]
pub struct RecipeIngredient {
    /// The name of the ingredient.
    pub name: String,
    /// The quantity as written; empty when there is none.
    pub quantity: String,
    /// The parsed quantity; `None` when it cannot be measured.
    pub amount: Option<IngredientAmount>,
    /// The weight in grams for the whole recipe; `None` when unknown.
    pub grams: Option<i32>,
    /// How it is prepared.
    pub note: Option<String>,
}

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
