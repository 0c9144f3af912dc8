//! The data set: members with all that they own, made of the seeded programmes on the server. The same for the same
//! number of members and the same day.

mod marker;

use chrono::NaiveDate;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DbBackend, DbErr, Statement, TransactionTrait, Value,
};

pub(crate) use marker::Marker;

use crate::{report::count, say};

const SETUP: &str = include_str!("setup.sql");
const PEOPLE: &str = include_str!("people.sql");
const ROWS: &str = include_str!("rows.sql");
const DRIVEN: &str = include_str!("driven.sql");

/// Members of one transaction: a few seconds of work.
const AT_ONCE: u32 = 500;

/// The name of the database with so many members.
pub(crate) fn database(members: u32) -> String {
    format!("bench_{members}")
}

/// Makes the members of a database that has content. `pool` has one connection, because a load has temporary tables.
/// Only at the end is it marked as complete.
pub(crate) async fn load(
    pool: &DatabaseConnection,
    members: u32,
    today: NaiveDate,
) -> anyhow::Result<()> {
    say(&format!("loading {} members", count(members.into())));
    for setting in ["synchronous_commit = off", "jit = off"] {
        pool.execute_unprepared(&format!("SET {setting}")).await?;
    }
    pool.execute_unprepared(SETUP).await?;
    let mut told = 0;
    for first in (1..=members).step_by(AT_ONCE as usize) {
        let last = members.min(first + AT_ONCE - 1);
        let transaction = pool.begin().await?;
        let numbers = [i64::from(first).into(), i64::from(last).into()];
        transaction.execute_raw(statement(PEOPLE, numbers)).await?;
        transaction.execute_unprepared(ROWS).await?;
        transaction.commit().await?;
        let tenths = u64::from(last) * 10 / u64::from(members);
        if tenths > told {
            told = tenths;
            say(&format!("  {} members", count(last.into())));
        }
    }
    // Or else the first readers and the background would do it during a measurement.
    pool.execute_unprepared("VACUUM (ANALYZE)").await?;
    pool.execute_unprepared("CHECKPOINT").await?;
    Marker::new(members, today).write(pool).await?;
    Ok(())
}

/// Subjects of members whose Today answers, at most so many.
pub(crate) async fn driven(pool: &DatabaseConnection, most: u32) -> Result<Vec<String>, DbErr> {
    let rows = pool
        .query_all_raw(statement(DRIVEN, [i64::from(most).into()]))
        .await?;
    rows.iter().map(|row| row.try_get_by_index(0)).collect()
}

/// How many rows the members own, for the heading of a table.
pub(crate) async fn rows(pool: &DatabaseConnection) -> Result<u64, DbErr> {
    let sql = "
        SELECT COALESCE(sum(reltuples), 0)::bigint FROM pg_class
        WHERE relname IN ('member', 'member_preferences', 'plan', 'cycle', 'workout_completion', 'meal_choice',
                          'check_in', 'favourite_recipe', 'subscription', 'consent')";
    let row = pool.query_one_raw(statement(sql, [])).await?;
    let rows: i64 = match row {
        Some(row) => row.try_get_by_index(0)?,
        None => 0,
    };
    Ok(rows.unsigned_abs())
}

fn statement(sql: &str, values: impl IntoIterator<Item = Value>) -> Statement {
    Statement::from_sql_and_values(DbBackend::Postgres, sql, values)
}
