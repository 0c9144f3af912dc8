//! Connections, statements, and what they return.

use std::time::Duration;

use anyhow::Context as _;
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, DbErr, Statement,
    TryGetable, Value,
};

/// Longer than any load of a data set: a new connection would lack the temporary tables.
const CONNECTION_LIFETIME: Duration = Duration::from_hours(24);

/// A pool of one connection.
pub(crate) async fn connect(url: &str) -> Result<DatabaseConnection, DbErr> {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(1)
        .max_lifetime(CONNECTION_LIFETIME)
        .idle_timeout(CONNECTION_LIFETIME)
        .set_application_name("coach-bench")
        .sqlx_logging(false);
    Database::connect(options).await
}

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
