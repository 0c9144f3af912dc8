//! The data set: members with all that they own, created in Postgres from the seeded programmes. It is the same for the
//! same number of members and the same day.

pub(crate) mod marker;

use chrono::NaiveDate;
use sea_orm::{ConnectionTrait as _, DatabaseConnection, DbErr, TransactionTrait as _};

use crate::{
    format::count,
    log_progress,
    sql::{query_value, statement},
};

const SETUP: &str = include_str!("setup.sql");
const PEOPLE: &str = include_str!("people.sql");
const ROWS: &str = include_str!("rows.sql");
const ACTIVE_SUBJECTS: &str = include_str!("active_subjects.sql");

/// The number of members that one transaction creates, which takes a few seconds.
const MEMBERS_PER_TRANSACTION: u32 = 500;

/// The name of the database with this number of members.
pub(crate) fn database(members: u32) -> String {
    format!("bench_{members}")
}

/// Creates the members in a database that has content, and then marks it as complete. `pool` must have one connection,
/// because temporary tables are used.
pub(crate) async fn load(
    pool: &DatabaseConnection,
    members: u32,
    today: NaiveDate,
) -> anyhow::Result<()> {
    log_progress(&format!("loading {} members", count(members.into())));
    for setting in ["synchronous_commit = off", "jit = off"] {
        pool.execute_unprepared(&format!("SET {setting}")).await?;
    }
    pool.execute_unprepared(SETUP).await?;
    let mut reported = 0;
    for first in (1..=members).step_by(MEMBERS_PER_TRANSACTION as usize) {
        let last = members.min(first + MEMBERS_PER_TRANSACTION - 1);
        let transaction = pool.begin().await?;
        let numbers = [i64::from(first).into(), i64::from(last).into()];
        transaction.execute_raw(statement(PEOPLE, numbers)).await?;
        transaction.execute_unprepared(ROWS).await?;
        transaction.commit().await?;
        let tenths = u64::from(last) * 10 / u64::from(members);
        if tenths > reported {
            reported = tenths;
            log_progress(&format!("  {} members", count(last.into())));
        }
    }
    // Otherwise the first reads and background processes would do this work during a measurement.
    pool.execute_unprepared("VACUUM (ANALYZE)").await?;
    pool.execute_unprepared("CHECKPOINT").await?;
    Ok(marker::write(pool, members, today).await?)
}

/// The subjects of members whose Today has a result, at most `limit` of them.
pub(crate) async fn active_subjects(
    pool: &DatabaseConnection,
    limit: u32,
) -> Result<Vec<String>, DbErr> {
    let rows = pool
        .query_all_raw(statement(ACTIVE_SUBJECTS, [i64::from(limit).into()]))
        .await?;
    rows.iter().map(|row| row.try_get_by_index(0)).collect()
}

/// The estimated number of rows that the members own, for the heading of a table.
pub(crate) async fn rows(pool: &DatabaseConnection) -> anyhow::Result<u64> {
    let sql = "
        SELECT COALESCE(sum(reltuples), 0)::bigint FROM pg_class
        WHERE relname IN ('member', 'member_preferences', 'plan', 'cycle', 'workout_completion', 'meal_choice',
                          'check_in', 'favourite_recipe', 'subscription', 'consent')";
    let rows: i64 = query_value(pool, sql).await?;
    Ok(rows.unsigned_abs())
}
