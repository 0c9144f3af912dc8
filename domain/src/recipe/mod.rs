//! Recipes.

pub(crate) mod amount;
pub mod entity;
pub mod ingredient_entity;
mod load;
mod search;
pub mod step_entity;

pub use amount::{IngredientAmount, MeasuringUnit};
pub(crate) use load::load;
pub use search::{RecipeFilter, search, search_text};

use crate::{
    day::MealSlot,
    id::RecipeId,
    image::Image,
    nutrition::Nutrition,
    preferences::{Allergen, Diet},
};

/// A dish, with what goes into it.
#[derive(Clone, Debug)]
pub struct Recipe {
    /// The id.
    pub id: RecipeId,
    /// Its title.
    pub title: String,
    /// One sentence.
    pub summary: Option<String>,
    /// The slots that it is made for.
    pub slots: Vec<MealSlot>,
    /// Every diet that it suits.
    pub diets: Vec<Diet>,
    /// What it contains; `None` where that is unknown, and then it counts as
    /// containing all.
    pub allergens: Option<Vec<Allergen>>,
    /// From start to table; `None` where it is unknown.
    pub minutes: Option<i32>,
    /// How many servings the ingredients make; `None` where it is unknown.
    pub servings: Option<i32>,
    /// Of one serving; `None` where it is unknown.
    pub nutrition: Option<Nutrition>,
    /// In the order of use.
    pub ingredients: Vec<RecipeIngredient>,
    /// What to do.
    pub steps: Vec<String>,
    /// A picture.
    pub image: Option<Image>,
    /// Whether it is out of the lists; it can still be read by id.
    pub archived: bool,
}

/// Something that goes into a dish.
#[derive(Clone, Debug, PartialEq)]
pub struct RecipeIngredient {
    /// What.
    pub name: String,
    /// How much, as written; empty where nothing is.
    pub quantity: String,
    /// The same as data; `None` where it cannot be measured.
    pub amount: Option<IngredientAmount>,
    /// How much of it for the whole recipe, where it is known by weight.
    pub grams: Option<i32>,
    /// How it is prepared.
    pub note: Option<String>,
}

impl Recipe {
    /// Whether it may be planned at all: imported recipes of which nutrition,
    /// allergens, time or servings are unknown may not.
    pub fn plannable(&self) -> bool {
        !self.archived
            && self.nutrition.is_some()
            && self.allergens.is_some()
            && self.minutes.is_some()
            && self.servings.is_some()
    }

    /// Whether a member with this diet and these allergens may be served it.
    /// Unknown allergens count as all.
    pub fn suits(&self, diet: Diet, excluded: &[Allergen]) -> bool {
        self.is_free_of(excluded) && self.diets.contains(&diet)
    }

    /// Whether it contains none of some allergens. Unknown ones count as all.
    pub fn is_free_of(&self, excluded: &[Allergen]) -> bool {
        match &self.allergens {
            Some(contained) => !contained.iter().any(|allergen| excluded.contains(allergen)),
            None => excluded.is_empty(),
        }
    }
}
