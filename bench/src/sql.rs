//! Statements, and what they return.

use anyhow::Context as _;
use sea_orm::{ConnectionTrait, DbBackend, Statement, TryGetable, Value};

/// A statement with values for its placeholders.
pub(crate) fn statement(sql: &str, values: impl IntoIterator<Item = Value>) -> Statement {
    Statement::from_sql_and_values(DbBackend::Postgres, sql, values)
}

/// The result of a statement that returns a single value.
pub(crate) async fn query_value<T: TryGetable>(
    pool: &impl ConnectionTrait,
    sql: &str,
) -> anyhow::Result<T> {
    let row = pool.query_one_raw(statement(sql, [])).await?;
    Ok(row.context("no row")?.try_get_by_index(0)?)
}

/// The number of messages in the outbox that were not sent yet.
pub(crate) async fn count_unsent(pool: &impl ConnectionTrait) -> anyhow::Result<u64> {
    let sql = "SELECT count(*) FROM outbox WHERE sent_at IS NULL";
    let unsent: i64 = query_value(pool, sql).await?;
    Ok(unsent.unsigned_abs())
}
