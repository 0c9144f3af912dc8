//! Direct reads of the database.

use sea_orm::{ConnectionTrait as _, DbBackend, Statement};
use serde_json::Value;
use uuid::Uuid;

use crate::harness::TestApp;

/// The rows of a query as JSON.
pub(crate) async fn rows(test: &TestApp, sql: &str) -> Vec<Value> {
    let sql = format!("SELECT to_jsonb(t) FROM ({sql}) AS t");
    let statement = Statement::from_string(DbBackend::Postgres, &sql);
    let rows = test.pool.query_all_raw(statement).await;
    let rows = rows.unwrap_or_else(|error| panic!("{sql}: {error}"));
    let values = rows
        .iter()
        .map(|row| row.try_get_by_index(0).expect("JSON"));
    values.collect()
}

/// The number of rows of a table, with an optional condition.
pub(super) async fn count(test: &TestApp, from: &str) -> i64 {
    test.number(&format!("SELECT count(*) FROM {from}")).await
}

/// The id of the member whose subject is this email address.
pub(crate) async fn member_id(test: &TestApp, email: &str) -> Uuid {
    let sql = format!("SELECT id FROM member WHERE subject = '{email}'");
    let id = test.value(&sql).await.expect("a member");
    id.parse().expect("a UUID")
}
