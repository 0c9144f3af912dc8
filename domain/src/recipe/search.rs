//! Search for recipes.

use sea_orm::{ConnectionTrait, Value};

use super::Recipe;
use crate::{
    Result,
    filter::RecipeFilter,
    id::RecipeId,
    page::PageRequest,
    search::{Listing, document},
};

/// The column `search_text` of a recipe, which has to be updated with each change of its columns and ingredients.
pub(crate) fn search_text(recipe: &Recipe) -> String {
    let texts = [recipe.title.as_str()]
        .into_iter()
        .chain(recipe.summary.as_deref());
    document(texts.chain(recipe.ingredients.iter().map(|it| it.name.as_str())))
}

/// The recipes that match, without archived ones.
pub(crate) fn listing(filter: &RecipeFilter) -> Listing {
    let RecipeFilter {
        text,
        slots,
        diet,
        without_allergens,
        max_minutes,
    } = filter;
    let slots = slots.clone().filter(|slots| !slots.is_empty());
    let absent = without_allergens
        .clone()
        .filter(|absent| !absent.is_empty());
    Listing::new("recipe", "title")
        .text(text.as_deref())
        .only("slots &&", slots)
        .only("diets @>", diet.map(|diet| Value::from(vec![diet])))
        // Excludes rows whose allergens are unknown (NULL).
        .only("NOT allergens &&", absent)
        .only("minutes <=", *max_minutes)
}

/// A page of the recipes that match, without archived ones, by title and with their cursors. Contains one more than
/// requested when more follow.
///
/// # Errors
///
/// [`Error::BadInput`](crate::Error::BadInput) when `after` is not a cursor.
pub async fn search(
    db: &impl ConnectionTrait,
    filter: &RecipeFilter,
    page: &PageRequest,
) -> Result<Vec<(String, RecipeId)>> {
    let rows = listing(filter).rows(db, page).await?;
    let ids = rows.into_iter();
    Ok(ids.map(|(cursor, id)| (cursor, RecipeId(id))).collect())
}
