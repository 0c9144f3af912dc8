//! Members with long lists, for measurements of how pages grow.

use sea_orm::{ConnectionTrait as _, DatabaseConnection};

use crate::sql::statement;

/// Gives these members favourites and check-ins, this many of each. The catalogue needs as many recipes.
pub(crate) async fn extend(
    pool: &DatabaseConnection,
    subjects: &[String],
    length: u32,
) -> anyhow::Result<()> {
    for sql in include_str!("lists.sql").split("\n\n") {
        let values = [subjects.to_vec().into(), i64::from(length).into()];
        pool.execute_raw(statement(sql, values)).await?;
    }
    pool.execute_unprepared("ANALYZE plan, cycle, check_in, favourite_recipe")
        .await?;
    Ok(())
}
