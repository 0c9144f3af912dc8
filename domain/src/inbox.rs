//! The inbox, by which consumers deduplicate messages: a row for each envelope and consumer, written in the transaction
//! of the message's effect. When a message is delivered again, its row exists, and the consumer skips it.

use chrono::{DateTime, Datelike as _, Days, NaiveDate, Utc};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use crate::{Error, Result, database};

/// How many days rows are kept: longer than any dead letter.
pub const RETENTION_DAYS: u64 = 30;

/// Records that `consumer` handles an envelope. Returns false if it has handled the envelope before; waits for a
/// concurrent transaction that is handling it.
pub async fn insert(db: &impl ConnectionTrait, consumer: &str, envelope: Uuid) -> Result<bool> {
    let sql = "
        INSERT INTO inbox (envelope_id, consumer)
        VALUES ($1, $2)
        ON CONFLICT DO NOTHING";
    let statement = database::statement(sql, [envelope.into(), consumer.into()]);
    let inserted = db.execute_raw(statement).await?;
    Ok(inserted.rows_affected() == 1)
}

/// Whether `consumer` has handled the envelope, in a committed transaction.
pub async fn contains(db: &impl ConnectionTrait, consumer: &str, envelope: Uuid) -> Result<bool> {
    let sql = "SELECT FROM inbox WHERE envelope_id = $1 AND consumer = $2";
    let statement = database::statement(sql, [envelope.into(), consumer.into()]);
    Ok(db.query_one_raw(statement).await?.is_some())
}

/// The consumers that have handled the envelope, in committed transactions.
pub async fn consumers(db: &impl ConnectionTrait, envelope: Uuid) -> Result<Vec<String>> {
    let sql = "SELECT consumer FROM inbox WHERE envelope_id = $1";
    let statement = database::statement(sql, [envelope.into()]);
    let rows = db.query_all_raw(statement).await?;
    rows.iter()
        .map(|row| Ok(row.try_get_by_index(0)?))
        .collect()
}

/// Creates the partitions of yesterday, today and the next three days, and deletes rows that are older than
/// [`RETENTION_DAYS`]. Returns how many partitions were dropped.
///
/// # Errors
///
/// The first database error, after all days have been attempted.
pub async fn rotate_partitions(db: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<usize> {
    let today = now.date_naive();
    let days = (0..4).filter_map(|ahead| today.checked_add_days(Days::new(ahead)));
    let mut first_error = None;
    for day in days.chain(today.pred_opt()) {
        if let Err(error) = create_partition(db, day).await {
            tracing::error!(%day, %error, "the partition of a day was not made; its rows go to the one of all others");
            first_error.get_or_insert(error);
        }
    }
    let dropped = match today.checked_sub_days(Days::new(RETENTION_DAYS)) {
        Some(day) => drop_before(db, day, &mut first_error).await?,
        None => 0,
    };
    first_error.map_or(Ok(dropped), Err)
}

/// Deletes the rows from before a day, and drops their partitions.
async fn drop_before(
    db: &impl ConnectionTrait,
    day: NaiveDate,
    first_error: &mut Option<Error>,
) -> Result<usize> {
    let sql = "DELETE FROM inbox_other WHERE envelope_id < $1";
    let statement = database::statement(sql, [first_id_of(day).into()]);
    db.execute_raw(statement).await?;
    let sql = "
        SELECT relname::text
        FROM pg_catalog.pg_inherits
        JOIN pg_catalog.pg_class ON oid = inhrelid
        WHERE inhparent = 'inbox'::regclass AND relname LIKE 'inbox\\_2%' AND relname < $1";
    let rows = db
        .query_all_raw(database::statement(sql, [partition_name(day).into()]))
        .await?;
    let mut dropped = 0;
    for row in &rows {
        let name: String = row.try_get_by_index(0)?;
        match db
            .execute_unprepared(&format!("DROP TABLE IF EXISTS {name}"))
            .await
        {
            Ok(_) => dropped += 1,
            Err(error) => {
                tracing::error!(partition = name, %error, "a day of the inbox was not forgotten");
                first_error.get_or_insert(error.into());
            }
        }
    }
    Ok(dropped)
}

/// Creates the partition of a day, unless it exists, or the default partition has rows of this day already, as on a
/// database's first day: these stay in the default partition.
async fn create_partition(db: &impl ConnectionTrait, day: NaiveDate) -> Result<()> {
    let from = first_id_of(day);
    let to = day.succ_opt().map_or(Uuid::max(), first_id_of);
    let name = partition_name(day);
    let sql = "
        SELECT to_regclass($1) IS NOT NULL
            OR EXISTS (SELECT FROM inbox_other WHERE envelope_id >= $2 AND envelope_id < $3)";
    let values = [name.as_str().into(), from.into(), to.into()];
    let row = db.query_one_raw(database::statement(sql, values)).await?;
    let exists: Option<bool> = row.map(|row| row.try_get_by_index(0)).transpose()?;
    if exists == Some(false) {
        // A row of this day may arrive in the default partition after the question was answered.
        let sql = format!(
            "DO $$ BEGIN
                CREATE TABLE IF NOT EXISTS {name} PARTITION OF inbox FOR VALUES FROM ('{from}') TO ('{to}');
            EXCEPTION WHEN check_violation THEN NULL;
            END $$"
        );
        db.execute_unprepared(&sql).await?;
    }
    Ok(())
}

fn partition_name(day: NaiveDate) -> String {
    format!("inbox_{:04}{:02}{:02}", day.year(), day.month(), day.day())
}

/// The smallest `UUIDv7` of a day: 48 bits of milliseconds, and zeros.
fn first_id_of(day: NaiveDate) -> Uuid {
    let midnight = day.and_time(chrono::NaiveTime::MIN).and_utc();
    let milliseconds = u64::try_from(midnight.timestamp_millis()).unwrap_or_default();
    Uuid::from_u128(u128::from(milliseconds) << 80)
}
