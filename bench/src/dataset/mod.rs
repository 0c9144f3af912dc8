//! The data sets: members with all that they own, created in Postgres from the seeded programmes. A data set is the same
//! for the same number of members, the same history and the same day.

mod bulk;
pub(crate) mod lists;
pub(crate) mod marker;
pub(crate) mod recipes;

use chrono::NaiveDate;
use sea_orm::{ConnectionTrait as _, DatabaseConnection, DbErr, TransactionTrait as _};

use crate::{
    format::count,
    log_progress,
    sql::{connect, query_value, statement},
};

const SETUP: &str = include_str!("setup.sql");
const PEOPLE: &str = include_str!("people.sql");
const ROWS: &str = include_str!("rows.sql");
const ACTIVE_SUBJECTS: &str = include_str!("active_subjects.sql");

/// The number of members that one transaction creates, which takes a few seconds.
const MEMBERS_PER_TRANSACTION: u32 = 500;

/// More cycles than any member has.
const ALL_CYCLES: u32 = 1_000;

/// What a data set consists of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DataSet {
    pub(crate) members: u32,
    /// Of how many cycles, from the open one back, workouts and meals are kept; `None` for all. A data set that is thinned
    /// like this is loaded in bulk, without checks by triggers.
    pub(crate) history_cycles: Option<u32>,
}

impl DataSet {
    /// A data set with the whole history.
    pub(crate) fn complete(members: u32) -> Self {
        Self {
            members,
            history_cycles: None,
        }
    }

    /// The name of its database.
    pub(crate) fn database(self) -> String {
        match self.history_cycles {
            None => format!("bench_{}", self.members),
            Some(cycles) => format!("bench_{}_thin_{cycles}", self.members),
        }
    }

    /// The settings of a connection that loads it, with the tables that the statements of a load share.
    async fn set_up(self, pool: &DatabaseConnection) -> Result<(), DbErr> {
        let cycles = self.history_cycles.unwrap_or(ALL_CYCLES);
        for setting in [
            "synchronous_commit = off",
            "jit = off",
            &format!("bench.history_cycles = {cycles}"),
        ] {
            pool.execute_unprepared(&format!("SET {setting}")).await?;
        }
        pool.execute_unprepared(SETUP).await?;
        Ok(())
    }
}

/// Creates the members in a database that has content, and then marks it as complete.
pub(crate) async fn load(url: &str, data_set: DataSet, today: NaiveDate) -> anyhow::Result<()> {
    log_progress(&format!(
        "loading {} members",
        count(data_set.members.into())
    ));
    if data_set.history_cycles.is_some() {
        bulk::load(url, data_set).await?;
    } else {
        load_checked(url, data_set).await?;
    }
    let pool = connect(url).await?;
    // Otherwise the first reads and background processes would do this work during a measurement.
    pool.execute_unprepared("VACUUM (ANALYZE)").await?;
    pool.execute_unprepared("CHECKPOINT").await?;
    marker::write(&pool, data_set, today).await?;
    Ok(pool.close().await?)
}

/// Creates the members with all checks, as the gateway would.
async fn load_checked(url: &str, data_set: DataSet) -> anyhow::Result<()> {
    let pool = connect(url).await?;
    data_set.set_up(&pool).await?;
    let members = data_set.members;
    let mut reported = 0;
    for first in (1..=members).step_by(MEMBERS_PER_TRANSACTION as usize) {
        let last = members.min(first + MEMBERS_PER_TRANSACTION - 1);
        insert(&pool, first, last).await?;
        let tenths = u64::from(last) * 10 / u64::from(members);
        if tenths > reported {
            reported = tenths;
            log_progress(&format!("  {} members", count(last.into())));
        }
    }
    Ok(pool.close().await?)
}

/// Creates the members with these numbers, in one transaction.
async fn insert(pool: &DatabaseConnection, first: u32, last: u32) -> Result<(), DbErr> {
    let transaction = pool.begin().await?;
    let numbers = [i64::from(first).into(), i64::from(last).into()];
    transaction.execute_raw(statement(PEOPLE, numbers)).await?;
    transaction.execute_unprepared(ROWS).await?;
    transaction.commit().await
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

/// The bytes of the database on disk.
pub(crate) async fn bytes(pool: &DatabaseConnection) -> anyhow::Result<u64> {
    let bytes: i64 = query_value(pool, "SELECT pg_database_size(current_database())").await?;
    Ok(bytes.unsigned_abs())
}
