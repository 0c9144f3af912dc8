//! Words of what is stored, once they are folded in another way than before.

use sea_orm::{ConnectionTrait, TransactionSession, TransactionTrait, Value};
use uuid::Uuid;

use super::record;
use crate::{Result, database, exercise, id::column, recipe, workout};

/// Writes the words that items of the catalogue are found by where they are not those that this version makes, and
/// returns how many were written. What is searched for is folded by the version that runs, so this belongs to each
/// migration. Where nothing has changed nothing is written, and the catalogue's version stays.
///
/// # Errors
///
/// Those of the database; nothing is written then.
pub async fn refold(db: &impl TransactionTrait) -> Result<u64> {
    let transaction = db.begin().await?;
    let unhurried = "SET LOCAL statement_timeout = 0";
    transaction
        .execute_raw(database::statement(unhurried, []))
        .await?;
    // No import meanwhile.
    let turn = "SELECT pg_advisory_xact_lock(hashtext('coach import'))";
    transaction
        .execute_raw(database::statement(turn, []))
        .await?;
    let exercises = exercise::load(&transaction).await?;
    let workouts = workout::load(&transaction, &exercises).await?;
    let recipes = recipe::load(&transaction).await?;
    let exercises = exercises.values().map(|of| record::exercise("", of));
    let exercises = exercises.map(|row| (row.id.0, row.search_text)).collect();
    let workouts = workouts.values().map(|of| record::workout("", of));
    let workouts = workouts.map(|row| (row.id.0, row.search_text)).collect();
    let recipes = recipes.values().map(|of| record::recipe("", of));
    let recipes = recipes.map(|row| (row.id.0, row.search_text)).collect();
    let mut written = 0;
    for (table, words) in [
        ("exercise", exercises),
        ("workout", workouts),
        ("recipe", recipes),
    ] {
        written += write(&transaction, table, words).await?;
    }
    transaction.commit().await?;
    Ok(written)
}

async fn write(db: &impl ConnectionTrait, table: &str, words: Vec<(Uuid, String)>) -> Result<u64> {
    let (ids, texts): (Vec<_>, Vec<_>) = words.into_iter().unzip();
    let sql = format!(
        "UPDATE {table} AS t SET search_text = now.words
         FROM unnest($1::uuid[], $2::text[]) AS now (id, words)
         WHERE t.id = now.id AND t.search_text <> now.words"
    );
    let values: [Value; 2] = [column(ids), texts.into()];
    let done = db.execute_raw(database::statement(sql, values)).await?;
    Ok(done.rows_affected())
}
