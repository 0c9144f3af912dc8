//! Searching recipes.

use sea_orm::{ConnectionTrait, Value};

use crate::{
    Result,
    day::MealSlot,
    id::RecipeId,
    page::PageRequest,
    preferences::{Allergen, Diet},
    search::{Listing, document},
};

/// What recipes must be like. Conditions add up.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct RecipeFilter {
    /// Words that begin words of title, summary or ingredients, all of them.
    pub text: Option<String>,
    /// Slots of which they are made for at least one; an empty list does not
    /// restrict.
    pub slots: Option<Vec<MealSlot>>,
    /// A diet that allows them.
    pub diet: Option<Diet>,
    /// What they are known to be free of; an empty list does not restrict.
    pub without_allergens: Option<Vec<Allergen>>,
    /// The longest that they may take; NULL, which is unknown, is left out by it.
    pub max_minutes: Option<i32>,
}

/// The column `search_text` of a recipe; written with each change of these.
pub fn search_text<'a>(
    title: &'a str,
    summary: Option<&'a str>,
    ingredients: impl IntoIterator<Item = &'a str>,
) -> String {
    let texts = [title].into_iter().chain(summary);
    document(texts.chain(ingredients))
}

impl RecipeFilter {
    /// The rows that match, without archived ones.
    pub(crate) fn listing(&self) -> Listing {
        let RecipeFilter {
            text,
            slots,
            diet,
            without_allergens,
            max_minutes,
        } = self;
        let slots = slots.clone().filter(|slots| !slots.is_empty());
        let absent = without_allergens
            .clone()
            .filter(|absent| !absent.is_empty());
        Listing::new("recipe", "title")
            .text(text.as_deref())
            .only("slots &&", slots)
            .only("diets @>", diet.map(|diet| Value::from(vec![diet])))
            // NULL, which is unknown, is left out by it.
            .only("NOT allergens &&", absent)
            .only("minutes <=", *max_minutes)
    }
}

/// A page of the recipes that match, without archived ones: by title, each with
/// its cursor, and one more than asked for where more follow.
///
/// # Errors
///
/// [`Error::BadInput`](crate::Error::BadInput) when `after` is not a cursor.
pub async fn search(
    db: &impl ConnectionTrait,
    filter: &RecipeFilter,
    page: &PageRequest,
) -> Result<Vec<(String, RecipeId)>> {
    let rows = filter.listing().rows(db, page).await?;
    let ids = rows.into_iter();
    Ok(ids.map(|(cursor, id)| (cursor, RecipeId(id))).collect())
}
