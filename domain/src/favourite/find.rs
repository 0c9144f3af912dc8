//! Reading favourites.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};

use crate::{
    Result,
    database::{self, Column, Fetch, Keyed},
    id::{MemberId, RecipeId, uuid_array},
    page::{Cursor as _, MemberPages, PageRequest, TimeCursor},
};

/// The name of the list in its cursors.
const LIST: &str = "favourite_recipe";

/// Which of the given recipes are favourites of the member.
pub async fn among(
    db: &impl Fetch,
    member: MemberId,
    recipes: &[RecipeId],
) -> Result<HashSet<RecipeId>> {
    let sql = "
        SELECT recipe_id FROM favourite_recipe
        WHERE member_id = $1 AND recipe_id = ANY($2)";
    let recipes = uuid_array(recipes.iter().map(|id| id.0));
    let statement = database::statement(sql, [member.into(), recipes]);
    let favourites = db.fetch::<Column<RecipeId>>(statement).await?.into_iter();
    Ok(favourites.map(|Column(recipe)| recipe).collect())
}

/// A page of favourites, each with its cursor, with one row more than requested if more follow: the input of
/// [`Page::of`](crate::page::Page::of) once the recipes are loaded.
pub type FavouriteRows = Vec<(String, RecipeId)>;

/// The most favourites that [`few`] reads.
const FEW: usize = 100;

/// The favourites of a member, unless there are more than a hundred.
pub async fn few(db: &impl Fetch, member: MemberId) -> Result<Option<HashSet<RecipeId>>> {
    let sql = format!(
        "SELECT ARRAY(SELECT recipe_id FROM favourite_recipe WHERE member_id = $1 LIMIT {}) AS recipes",
        FEW + 1
    );
    let statement = database::statement(sql, [member.into()]);
    let row = db.fetch_one::<Column<Vec<RecipeId>>>(statement).await?;
    let favourites = row.map(|Column(favourites)| favourites).unwrap_or_default();
    Ok((favourites.len() <= FEW).then(|| favourites.into_iter().collect()))
}

/// The place of a request, when the recipe became a favourite, and the recipe.
type Favourite = Keyed<i64, Keyed<DateTime<Utc>, Column<RecipeId>>>;

/// Pages of members' favourites, latest first. The result of a page whose `after` is not a valid cursor is
/// [`Error::BadInput`](crate::Error::BadInput), without affecting the other pages.
pub async fn pages(
    db: &impl Fetch,
    requests: &[(MemberId, PageRequest)],
) -> Result<HashMap<(MemberId, PageRequest), Result<FavouriteRows>>> {
    let pages = MemberPages::new(requests, LIST);
    let sql = format!(
        "SELECT k.place, f.created_at, f.recipe_id
        FROM {REQUESTS}
        CROSS JOIN LATERAL (
            SELECT created_at, recipe_id FROM favourite_recipe
            WHERE member_id = k.member_id AND (created_at, recipe_id) < (k.after_at, k.after_id)
            ORDER BY created_at DESC, recipe_id DESC
            LIMIT k.first + 1
        ) f
        ORDER BY k.place, f.created_at DESC, f.recipe_id DESC",
        REQUESTS = MemberPages::REQUESTS,
    );
    let statement = database::statement(sql, pages.parameters());
    let mut found = pages.empty();
    for Keyed(place, Keyed(at, Column(recipe))) in db.fetch::<Favourite>(statement).await? {
        let cursor = TimeCursor { at, id: recipe.0 }.encode(LIST);
        MemberPages::push(&mut found, place, (cursor, recipe));
    }
    Ok(pages.into_results(found, |_, rows| rows))
}
