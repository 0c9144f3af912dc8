//! Loading the catalogue.

use sea_orm::{AccessMode, ConnectionTrait, IsolationLevel, TransactionSession, TransactionTrait};

use super::Catalogue;
use crate::{Error, Result, database, exercise, programme, recipe, workout};

/// The whole catalogue at one point in time: four statements on one snapshot.
pub async fn load(db: &impl TransactionTrait) -> Result<Catalogue> {
    let snapshot = Some(IsolationLevel::RepeatableRead);
    let transaction = db.begin_with_config(snapshot, Some(AccessMode::ReadOnly));
    let transaction = transaction.await?;
    let exercises = exercise::load(&transaction).await?;
    let workouts = workout::load(&transaction, &exercises).await?;
    let recipes = recipe::load(&transaction).await?;
    let (version, programmes) = programme::load(&transaction).await?;
    transaction.commit().await?;
    Ok(Catalogue {
        version,
        exercises,
        workouts,
        recipes,
        programmes,
    })
}

/// The current version of the catalogue.
pub async fn version(db: &impl ConnectionTrait) -> Result<i64> {
    let sql = "SELECT version FROM catalogue_version";
    let row = db.query_one_raw(database::statement(sql, [])).await?;
    let unversioned = || Error::Invariant("the catalogue has no version".to_owned());
    Ok(row.ok_or_else(unversioned)?.try_get_by_index(0)?)
}
