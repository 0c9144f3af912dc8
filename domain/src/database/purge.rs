//! Deleting old rows in batches.

use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;

use super::statement;
use crate::Result;

/// The table to purge, and its columns. The values are constants of this program, because they become part of the SQL.
#[derive(Clone, Copy, Debug)]
pub struct Purge {
    /// The table.
    pub table: &'static str,
    key: &'static str,
    age: &'static str,
    condition: &'static str,
}

impl Purge {
    /// Purges a table with these key columns, separated by commas. `age` is the time by which a row ages: a column or
    /// an expression, which has an index.
    pub(crate) const fn new(table: &'static str, key: &'static str, age: &'static str) -> Self {
        Self {
            table,
            key,
            age,
            condition: "TRUE",
        }
    }

    /// Restricts it to the rows for which an SQL condition holds.
    pub(crate) const fn only(self, condition: &'static str) -> Self {
        Self { condition, ..self }
    }

    /// Deletes at most `limit` rows from before a time, the oldest first, and returns their number. Rows that are
    /// locked are skipped until the next run.
    ///
    /// # Errors
    ///
    /// Database errors.
    pub async fn run(
        &self,
        db: &impl ConnectionTrait,
        before: DateTime<Utc>,
        limit: u32,
    ) -> Result<u64> {
        let Self {
            table,
            key,
            age,
            condition,
        } = self;
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
