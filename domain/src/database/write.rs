//! Writing rows that are more than a statement of its own is worth.

use sea_orm::{
    ConnectionTrait, Value,
    sea_query::{Alias, Expr, ExprTrait as _, Query},
};

use crate::Result;

/// The most rows in one statement. Postgres takes 65,535 parameters, and no table has a hundred columns.
const MAX_ROWS: usize = 500;

/// Columns of a row, with their values.
pub type Columns = Vec<(&'static str, Value)>;

/// Inserts rows, at most [`MAX_ROWS`] in one statement. All have the same columns.
pub async fn insert(
    db: &impl ConnectionTrait,
    table: &'static str,
    rows: impl IntoIterator<Item = Columns>,
) -> Result<()> {
    let rows: Vec<Columns> = rows.into_iter().collect();
    for batch in rows.chunks(MAX_ROWS) {
        let mut insert = Query::insert();
        let columns = batch.iter().take(1).flatten();
        insert.into_table(Alias::new(table));
        insert.columns(columns.map(|(column, _)| Alias::new(*column)));
        for row in batch {
            insert.values_panic(row.iter().map(|(_, value)| Expr::val(value.clone())));
        }
        db.execute(&insert).await?;
    }
    Ok(())
}

/// Writes columns of the row that has these values in its key.
pub async fn update(
    db: &impl ConnectionTrait,
    table: &'static str,
    key: impl IntoIterator<Item = (&'static str, Value)>,
    columns: Columns,
) -> Result<()> {
    let mut update = Query::update();
    update.table(Alias::new(table));
    for (column, value) in columns {
        update.value(Alias::new(column), value);
    }
    for (column, value) in key {
        update.and_where(Expr::col(Alias::new(column)).eq(value));
    }
    db.execute(&update).await?;
    Ok(())
}
