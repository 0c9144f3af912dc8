//! The inbox: what consumers have done, by envelope, in the transaction of the effect itself. A message that comes
//! again finds its row, and does nothing.

use chrono::{DateTime, Datelike as _, Days, NaiveDate, Utc};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use crate::{Error, Result, database};

/// For how many days rows are kept: longer than any dead letter.
pub const KEPT_FOR_DAYS: u64 = 30;

/// Notes that `consumer` does what an envelope asks. False when it was done before; a transaction that is doing it at
/// the same time is waited for.
pub async fn enter(db: &impl ConnectionTrait, consumer: &str, envelope: Uuid) -> Result<bool> {
    let sql = "
        INSERT INTO inbox (envelope_id, consumer)
        VALUES ($1, $2)
        ON CONFLICT DO NOTHING";
    let statement = database::statement(sql, [envelope.into(), consumer.into()]);
    let inserted = db.execute_raw(statement).await?;
    Ok(inserted.rows_affected() == 1)
}

/// Whether it was done, committed.
pub async fn holds(db: &impl ConnectionTrait, consumer: &str, envelope: Uuid) -> Result<bool> {
    let sql = "SELECT FROM inbox WHERE envelope_id = $1 AND consumer = $2";
    let statement = database::statement(sql, [envelope.into(), consumer.into()]);
    Ok(db.query_one_raw(statement).await?.is_some())
}

/// Who has done what an envelope asks, committed.
pub async fn consumers(db: &impl ConnectionTrait, envelope: Uuid) -> Result<Vec<String>> {
    let sql = "SELECT consumer FROM inbox WHERE envelope_id = $1";
    let statement = database::statement(sql, [envelope.into()]);
    let rows = db.query_all_raw(statement).await?;
    rows.iter()
        .map(|row| Ok(row.try_get_by_index(0)?))
        .collect()
}

/// Makes the partitions of yesterday and the next days, and forgets what is older than is kept. Says how many partitions
/// were dropped.
///
/// # Errors
///
/// The first one, once every day has had its turn.
pub async fn turn_over(db: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<usize> {
    let today = now.date_naive();
    let days = (0..4).filter_map(|ahead| today.checked_add_days(Days::new(ahead)));
    let mut first = None;
    for day in days.chain(today.pred_opt()) {
        if let Err(error) = make(db, day).await {
            tracing::error!(%day, %error, "the partition of a day was not made; its rows go to the one of all others");
            first.get_or_insert(error);
        }
    }
    let dropped = match today.checked_sub_days(Days::new(KEPT_FOR_DAYS)) {
        Some(last) => drop_before(db, last, &mut first).await?,
        None => 0,
    };
    first.map_or(Ok(dropped), Err)
}

/// Forgets what is from before a day.
async fn drop_before(
    db: &impl ConnectionTrait,
    last: NaiveDate,
    first: &mut Option<Error>,
) -> Result<usize> {
    let sql = "DELETE FROM inbox_other WHERE envelope_id < $1";
    let statement = database::statement(sql, [first_of(last).into()]);
    db.execute_raw(statement).await?;
    let sql = "
        SELECT relname::text
        FROM pg_catalog.pg_inherits
        JOIN pg_catalog.pg_class ON oid = inhrelid
        WHERE inhparent = 'inbox'::regclass AND relname LIKE 'inbox\\_2%' AND relname < $1";
    let rows = db
        .query_all_raw(database::statement(sql, [partition(last).into()]))
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
                first.get_or_insert(error.into());
            }
        }
    }
    Ok(dropped)
}

/// Makes the partition of a day, unless it is there, or rows of the day are where those of no partition go: they stay
/// there, as on the first day of a database.
async fn make(db: &impl ConnectionTrait, day: NaiveDate) -> Result<()> {
    let (from, to) = (first_of(day), day.succ_opt().map_or(Uuid::max(), first_of));
    let name = partition(day);
    let sql = "
        SELECT to_regclass($1) IS NOT NULL
            OR EXISTS (SELECT FROM inbox_other WHERE envelope_id >= $2 AND envelope_id < $3)";
    let values = [name.as_str().into(), from.into(), to.into()];
    let there = db.query_one_raw(database::statement(sql, values)).await?;
    let there: Option<bool> = there.map(|row| row.try_get_by_index(0)).transpose()?;
    if there == Some(false) {
        let sql = format!(
            "CREATE TABLE IF NOT EXISTS {name} PARTITION OF inbox FOR VALUES FROM ('{from}') TO ('{to}')"
        );
        db.execute_unprepared(&sql).await?;
    }
    Ok(())
}

fn partition(day: NaiveDate) -> String {
    format!("inbox_{:04}{:02}{:02}", day.year(), day.month(), day.day())
}

/// The least `UUIDv7` of a day: 48 bits of milliseconds, and zeros.
fn first_of(day: NaiveDate) -> Uuid {
    let midnight = day.and_time(chrono::NaiveTime::MIN).and_utc();
    let milliseconds = u64::try_from(midnight.timestamp_millis()).unwrap_or_default();
    Uuid::from_u128(u128::from(milliseconds) << 80)
}
