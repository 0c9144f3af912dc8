//! Inserting many rows.

use sea_orm::{ConnectionTrait, EntityTrait, IntoActiveModel, ModelTrait};

use crate::Result;

/// The most rows in one statement. Postgres takes 65,535 parameters, and no table has a hundred columns.
const MAX_ROWS: usize = 500;

/// Inserts rows, at most [`MAX_ROWS`] in one statement.
pub(crate) async fn insert<M>(db: &impl ConnectionTrait, mut rows: Vec<M>) -> Result<()>
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
