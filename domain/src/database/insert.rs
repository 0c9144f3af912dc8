//! Writing many rows.

use sea_orm::{ConnectionTrait, EntityTrait, IntoActiveModel, ModelTrait};

use crate::Result;

/// Rows in a statement. Postgres takes 65,535 parameters; no table has a hundred
/// columns.
const BATCH: usize = 500;

/// Inserts rows, some hundred in a statement.
pub(crate) async fn insert<M>(db: &impl ConnectionTrait, mut rows: Vec<M>) -> Result<()>
where
    M: ModelTrait + IntoActiveModel<<M::Entity as EntityTrait>::ActiveModel>,
{
    while !rows.is_empty() {
        let batch = rows.drain(..rows.len().min(BATCH));
        let insert = M::Entity::insert_many(batch.map(IntoActiveModel::into_active_model));
        insert.exec_without_returning(db).await?;
    }
    Ok(())
}
