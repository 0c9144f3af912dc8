//! The inbox, by which consumers deduplicate messages: a row for each envelope and consumer, written in the transaction
//! of the message's effect. When a message is delivered again, its row exists, and the consumer skips it.

use chrono::{DateTime, Days, NaiveDate, Utc};
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
/// [`RETENTION_DAYS`]. Returns how many partitions were dropped. Functions of the database do it, with the rights of the
/// owner of the table.
///
/// # Errors
///
/// The first database error, after all days have been attempted.
pub async fn rotate_partitions(db: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<usize> {
    let today = now.date_naive();
    let days = (0..4).filter_map(|ahead| today.checked_add_days(Days::new(ahead)));
    let mut first_error = None;
    for day in days.chain(today.pred_opt()) {
        if let Err(error) = add_partition(db, day).await {
            tracing::error!(%day, error = error.message_with_cause(), "the partition of a day was not made; its rows go to the one of all others");
            first_error.get_or_insert(error);
        }
    }
    let dropped = match today.checked_sub_days(Days::new(RETENTION_DAYS)) {
        Some(day) => drop_before(db, day, &mut first_error).await?,
        None => 0,
    };
    first_error.map_or(Ok(dropped), Err)
}

/// Creates the partition of a day, unless it exists, or the default partition has rows of this day.
async fn add_partition(db: &impl ConnectionTrait, day: NaiveDate) -> Result<()> {
    let sql = "SELECT inbox_add_partition($1)";
    db.execute_raw(database::statement(sql, [day.into()]))
        .await?;
    Ok(())
}

/// Deletes the rows from before a day, and drops their partitions.
async fn drop_before(
    db: &impl ConnectionTrait,
    day: NaiveDate,
    first_error: &mut Option<Error>,
) -> Result<usize> {
    let sql = "DELETE FROM inbox_other WHERE envelope_id < inbox_first_id($1)";
    db.execute_raw(database::statement(sql, [day.into()]))
        .await?;
    let mut dropped = 0;
    for day in partitions_before(db, day).await? {
        let sql = "SELECT inbox_drop_partition($1)";
        match db.execute_raw(database::statement(sql, [day.into()])).await {
            Ok(_) => dropped += 1,
            Err(error) => {
                let error = Error::from(error);
                tracing::error!(%day, error = error.message_with_cause(), "a day of the inbox was not forgotten");
                first_error.get_or_insert(error);
            }
        }
    }
    Ok(dropped)
}

/// The days from before `day` that have a partition.
async fn partitions_before(db: &impl ConnectionTrait, day: NaiveDate) -> Result<Vec<NaiveDate>> {
    let sql = "
        SELECT day
        FROM pg_catalog.pg_inherits
        JOIN pg_catalog.pg_class ON oid = inhrelid
        CROSS JOIN LATERAL to_date(substr(relname, 7), 'YYYYMMDD') AS day
        WHERE inhparent = 'inbox'::regclass AND relname LIKE 'inbox\\_2%' AND day < $1";
    let rows = db
        .query_all_raw(database::statement(sql, [day.into()]))
        .await?;
    let days = rows.iter().map(|row| Ok(row.try_get_by_index(0)?));
    days.collect()
}
