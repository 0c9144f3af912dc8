//! Rewriting stored search texts after a change of how words are folded.

use sea_orm::{ConnectionTrait, TransactionSession, TransactionTrait, Value};
use uuid::Uuid;

use crate::{Result, database, exercise, id::uuid_array, recipe, workout};

/// Rewrites the search texts of catalogue items that differ from those which this version computes, and returns their
/// number. Queries are folded by the running version, so this is part of each migration. Without differences nothing is
/// written, and the version of the catalogue stays.
///
/// # Errors
///
/// Those of the database; then nothing is written.
pub async fn rebuild_search_text(db: &impl TransactionTrait) -> Result<u64> {
    let transaction = db.begin().await?;
    let no_timeout = "SET LOCAL statement_timeout = 0";
    transaction
        .execute_raw(database::statement(no_timeout, []))
        .await?;
    // Excludes a concurrent import.
    let lock = "SELECT pg_advisory_xact_lock(hashtext('coach import'))";
    transaction
        .execute_raw(database::statement(lock, []))
        .await?;
    let exercises = exercise::load(&transaction).await?;
    let workouts = workout::load(&transaction, &exercises).await?;
    let recipes = recipe::load(&transaction).await?;
    let exercises = exercises.values();
    let exercises = exercises.map(|it| (it.id.0, exercise::search_text(it)));
    let workouts = workouts.values();
    let workouts = workouts.map(|it| (it.id.0, workout::search_text(it)));
    let recipes = recipes.values();
    let recipes = recipes.map(|it| (it.id.0, recipe::search_text(it)));
    let mut written = 0;
    for (table, words) in [
        ("exercise", exercises.collect()),
        ("workout", workouts.collect()),
        ("recipe", recipes.collect()),
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
    let values: [Value; 2] = [uuid_array(ids), texts.into()];
    let result = db.execute_raw(database::statement(sql, values)).await?;
    Ok(result.rows_affected())
}
