//! Catalogues of many recipes, for measurements of how searches grow.

use coach_domain::catalogue::rebuild_search_text;
use sea_orm::{ConnectionTrait as _, DatabaseConnection};

use crate::sql::statement;

/// Adds copies of the seeded recipes until there are this many. Their titles consist of words of the seeded ones, so each
/// word is found in more recipes.
pub(crate) async fn extend(pool: &DatabaseConnection, recipes: u32) -> anyhow::Result<()> {
    for sql in include_str!("recipes.sql").split("\n\n") {
        let value = i64::from(recipes).into();
        pool.execute_raw(statement(sql, [value])).await?;
    }
    rebuild_search_text(pool).await?;
    pool.execute_unprepared("ANALYZE recipe, recipe_ingredient, recipe_step")
        .await?;
    Ok(())
}
