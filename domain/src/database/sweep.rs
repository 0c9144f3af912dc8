//! Deleting what is old, a little at a time.

use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;

use super::statement;
use crate::Result;

/// What is deleted, and by which columns: names of ours, which become part of the statement.
pub(crate) struct Sweep {
    /// The table.
    pub(crate) table: &'static str,
    /// Its key, with commas between the columns.
    pub(crate) key: &'static str,
    /// What says how old a row is: a column or an expression, which has an index.
    pub(crate) age: &'static str,
}

impl Sweep {
    /// Deletes at most `most` rows from before a moment, oldest first, and says how many there were. Rows that somebody
    /// holds are left for the next time.
    pub(crate) async fn run(
        &self,
        db: &impl ConnectionTrait,
        before: DateTime<Utc>,
        most: u32,
    ) -> Result<u64> {
        self.run_where("TRUE", db, before, most).await
    }

    /// The same, of the rows alone for which a condition holds: SQL of ours, which becomes part of the statement too.
    pub(crate) async fn run_where(
        &self,
        condition: &'static str,
        db: &impl ConnectionTrait,
        before: DateTime<Utc>,
        most: u32,
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
                LIMIT {most}
                FOR UPDATE SKIP LOCKED
            )"
        );
        let deleted = db.execute_raw(statement(sql, [before.into()])).await?;
        Ok(deleted.rows_affected())
    }
}
