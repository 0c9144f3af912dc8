//! Deleting old rows in batches.

use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;

use super::statement;
use crate::Result;

/// The table to purge, and its columns. The values are constants of this program, because they become part of the SQL.
pub(crate) struct Purge {
    /// The table.
    pub(crate) table: &'static str,
    /// Its key columns, separated by commas.
    pub(crate) key: &'static str,
    /// The time by which a row ages: a column or an expression, which has an index.
    pub(crate) age: &'static str,
}

impl Purge {
    /// Deletes at most `limit` rows from before a time, the oldest first, and returns their number. Rows that are
    /// locked are skipped until the next run.
    pub(crate) async fn run(
        &self,
        db: &impl ConnectionTrait,
        before: DateTime<Utc>,
        limit: u32,
    ) -> Result<u64> {
        self.run_where("TRUE", db, before, limit).await
    }

    /// The same, restricted to the rows for which an SQL condition holds. It becomes part of the SQL too.
    pub(crate) async fn run_where(
        &self,
        condition: &'static str,
        db: &impl ConnectionTrait,
        before: DateTime<Utc>,
        limit: u32,
    ) -> Result<u64> {
        let Self { table, key, age } = self;
        let sql = format!(
            "
            DELETE FROM {table}
            WHERE ({key}) IN (
                SELECT {key}
                FROM {table}
                WHERE {age} < $1 AND {condition}
                ORDER BY {age}
                LIMIT {limit}
                FOR UPDATE SKIP LOCKED
            )"
        );
        let deleted = db.execute_raw(statement(sql, [before.into()])).await?;
        Ok(deleted.rows_affected())
    }
}
