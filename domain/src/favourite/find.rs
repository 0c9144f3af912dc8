//! Reading favourites.

use std::collections::{HashMap, HashSet};

use sea_orm::ConnectionTrait;

use crate::{
    Result, database,
    id::{MemberId, RecipeId, column},
    page::{Cursor as _, MemberPages, PageRequest, TimeCursor},
};

/// The name of the list in its cursors.
const LIST: &str = "favourite_recipe";

/// Which of some recipes a member keeps.
pub async fn among(
    db: &impl ConnectionTrait,
    member: MemberId,
    recipes: &[RecipeId],
) -> Result<HashSet<RecipeId>> {
    let sql = "
        SELECT recipe_id FROM favourite_recipe
        WHERE member_id = $1 AND recipe_id = ANY($2)";
    let recipes = column(recipes.iter().map(|id| id.0));
    let statement = database::statement(sql, [member.into(), recipes]);
    let rows = db.query_all_raw(statement).await?;
    let ids = rows.iter().map(|row| Ok(row.try_get_by_index(0)?));
    ids.collect()
}

/// A page of recipes that a member keeps, each with its cursor, and one more
/// than asked for where more follow: what
/// [`Page::of`](crate::page::Page::of) takes once the recipes are there.
pub type FavouriteRows = Vec<(String, RecipeId)>;

/// Pages of the recipes that members keep, the latest first. A page whose
/// `after` is not a cursor is [`Error::BadInput`](crate::Error::BadInput), and
/// the others are there all the same.
pub async fn pages(
    db: &impl ConnectionTrait,
    asked: &[(MemberId, PageRequest)],
) -> Result<HashMap<(MemberId, PageRequest), Result<FavouriteRows>>> {
    let pages = MemberPages::of(asked, LIST);
    let sql = format!(
        "SELECT k.place, f.created_at, f.recipe_id
        FROM {PLACES}
        CROSS JOIN LATERAL (
            SELECT created_at, recipe_id FROM favourite_recipe
            WHERE member_id = k.member_id AND (created_at, recipe_id) < (k.after_at, k.after_id)
            ORDER BY created_at DESC, recipe_id DESC
            LIMIT k.first + 1
        ) f
        ORDER BY k.place, f.created_at DESC, f.recipe_id DESC",
        PLACES = MemberPages::PLACES,
    );
    let statement = database::statement(sql, pages.columns());
    let mut found = pages.empty();
    for row in db.query_all_raw(statement).await? {
        let (place, at, id) = (
            row.try_get_by_index(0)?,
            row.try_get_by_index(1)?,
            row.try_get_by_index(2)?,
        );
        let cursor = TimeCursor { at, id }.encode(LIST);
        MemberPages::put(&mut found, place, (cursor, RecipeId(id)));
    }
    Ok(pages.finish(found, |_, rows| rows))
}
