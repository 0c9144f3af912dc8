//! Loading many members: on several connections, without triggers, and with the indexes built afterwards.

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use futures_util::future::try_join_all;
use sea_orm::{ConnectionTrait as _, DatabaseConnection, DbErr};

use super::{DataSet, insert};
use crate::{
    format::count,
    log_progress,
    sql::{connect, statement},
};

/// Connections that load at the same time.
const CONNECTIONS: usize = 2;

/// The number of members that one transaction creates.
const MEMBERS_PER_TRANSACTION: u32 = 5_000;

/// How often the progress is logged, in members.
const REPORT_INTERVAL: u32 = 100_000;

/// Tables with an index that another table's foreign key needs keep their indexes: member, plan and cycle, which are
/// small.
const TABLES: [&str; 7] = [
    "member_preferences",
    "workout_completion",
    "meal_choice",
    "check_in",
    "favourite_recipe",
    "subscription",
    "consent",
];

/// Fewer checkpoints, each of which would write the pages that change all the time, and log them anew.
const SERVER_SETTINGS: [(&str, &str); 2] =
    [("max_wal_size", "8GB"), ("checkpoint_timeout", "30min")];

/// Creates the members. Foreign keys are not checked, because triggers are off.
pub(super) async fn load(url: &str, data_set: DataSet) -> anyhow::Result<()> {
    let pool = connect(url).await?;
    for (name, value) in SERVER_SETTINGS {
        let sql = format!("ALTER SYSTEM SET {name} = '{value}'");
        pool.execute_unprepared(&sql).await?;
    }
    pool.execute_unprepared("SELECT pg_reload_conf()").await?;
    let definitions = drop_indexes(&pool).await?;
    let next = AtomicU32::new(1);
    try_join_all((0..CONNECTIONS).map(|_| insert_chunks(url, data_set, &next))).await?;
    log_progress("  building indexes");
    for setting in [
        "maintenance_work_mem = '1GB'",
        "max_parallel_maintenance_workers = 2",
    ] {
        pool.execute_unprepared(&format!("SET {setting}")).await?;
    }
    for definition in definitions {
        pool.execute_unprepared(&definition).await?;
    }
    for (name, _) in SERVER_SETTINGS {
        let sql = format!("ALTER SYSTEM RESET {name}");
        pool.execute_unprepared(&sql).await?;
    }
    pool.execute_unprepared("SELECT pg_reload_conf()").await?;
    Ok(pool.close().await?)
}

/// Creates the next members again and again, until there are enough.
async fn insert_chunks(url: &str, data_set: DataSet, next: &AtomicU32) -> anyhow::Result<()> {
    let pool = connect(url).await?;
    data_set.set_up(&pool).await?;
    for setting in ["session_replication_role = replica", "work_mem = '128MB'"] {
        pool.execute_unprepared(&format!("SET {setting}")).await?;
    }
    loop {
        let first = next.fetch_add(MEMBERS_PER_TRANSACTION, Relaxed);
        if first > data_set.members {
            return Ok(pool.close().await?);
        }
        let last = data_set.members.min(first + MEMBERS_PER_TRANSACTION - 1);
        insert(&pool, first, last).await?;
        if last.is_multiple_of(REPORT_INTERVAL) {
            log_progress(&format!("  {} members", count(last.into())));
        }
    }
}

/// Drops the indexes of the large tables, and returns the statements that create them again.
async fn drop_indexes(pool: &DatabaseConnection) -> Result<Vec<String>, DbErr> {
    let sql = "
        SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname),
               format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
        FROM pg_constraint
        WHERE conrelid = ANY($1::regclass[]) AND contype IN ('p', 'u')
        UNION ALL
        SELECT format('DROP INDEX %s', indexrelid::regclass), pg_get_indexdef(indexrelid)
        FROM pg_index i
        WHERE indrelid = ANY($1::regclass[]) AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = i.indexrelid)";
    let tables = TABLES.map(str::to_owned).to_vec();
    let mut definitions = Vec::new();
    for row in pool.query_all_raw(statement(sql, [tables.into()])).await? {
        let drop: String = row.try_get_by_index(0)?;
        pool.execute_unprepared(&drop).await?;
        definitions.push(row.try_get_by_index(1)?);
    }
    Ok(definitions)
}
