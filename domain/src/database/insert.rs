//! Inserting many rows.

use sea_orm::{
    ConnectionTrait, EntityTrait, IntoActiveModel, ModelTrait, Value,
    sea_query::{Alias, Expr, Query},
};

use crate::Result;

/// The most rows in one statement. Postgres takes 65,535 parameters, and no table has a hundred columns.
const MAX_ROWS: usize = 500;

/// Inserts rows, at most [`MAX_ROWS`] in one statement.
pub async fn insert<M>(db: &impl ConnectionTrait, mut rows: Vec<M>) -> Result<()>
where
    M: ModelTrait + IntoActiveModel<<M::Entity as EntityTrait>::ActiveModel>,
{
    while !rows.is_empty() {
        let batch = rows.drain(..rows.len().min(MAX_ROWS));
        let insert = M::Entity::insert_many(batch.map(IntoActiveModel::into_active_model));
        insert.exec_without_returning(db).await?;
    }
    Ok(())
}

/// Inserts rows of values in the order of `columns`, at most [`MAX_ROWS`] in one statement.
pub(crate) async fn insert_values(
    db: &impl ConnectionTrait,
    table: &'static str,
    columns: impl IntoIterator<Item = &&'static str>,
    mut rows: Vec<Vec<Value>>,
) -> Result<()> {
    let mut insert = Query::insert();
    insert.into_table(Alias::new(table));
    insert.columns(columns.into_iter().map(|column| Alias::new(*column)));
    while !rows.is_empty() {
        let mut statement = insert.clone();
        for row in rows.drain(..rows.len().min(MAX_ROWS)) {
            statement.values_panic(row.into_iter().map(Expr::val));
        }
        db.execute(&statement).await?;
    }
    Ok(())
}
