//! Direct access to the test's database: to bring about states that no operation can, and to inspect rows.

use sea_orm::{ConnectionTrait as _, DbBackend, Statement};

use super::TestApp;

impl TestApp {
    /// Runs SQL.
    pub(crate) async fn execute(&self, sql: &str) {
        self.pool.execute_unprepared(sql).await.expect(sql);
    }

    /// One value as text; `None` for NULL or without a row.
    pub(crate) async fn value(&self, sql: &str) -> Option<String> {
        let sql = format!("SELECT ({sql})::text");
        let row = self
            .pool
            .query_one_raw(Statement::from_string(DbBackend::Postgres, sql.as_str()))
            .await
            .expect(&sql);
        row.and_then(|row| row.try_get_by_index(0).expect("text"))
    }

    /// One number, such as `count(*)`.
    pub(crate) async fn number(&self, sql: &str) -> i64 {
        let value = self.value(sql).await.expect("a value");
        value.parse().expect("a number")
    }
}
