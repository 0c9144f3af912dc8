//! Reminders that nobody asks for: found by time, given once for each member and occasion. Any number of workers may
//! look at once, and one that was away catches up.

mod check_in;
mod subscription;

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{
    ConnectionTrait, QueryResult, TransactionSession as _, TransactionTrait as _, Value,
};
use tracing::Span;

use crate::database::Pool;
use crate::{
    Result,
    database::{self, Session, Transaction},
    id::MemberId,
    outbox::{self, Effects},
};

pub use check_in::CheckInsDue;
pub use subscription::{SubscriptionsExpiring, SubscriptionsLapsed};

/// How late a reminder may come. What nobody was there to give for longer has lost its use, and looking back without
/// end would find ever more members who never answered.
const CATCH_UP: TimeDelta = TimeDelta::days(14);

/// How many are given in one transaction.
const BATCH: i64 = 500;

/// A kind of reminder.
pub trait Reminder: Sync {
    /// As in the table `reminder`.
    const KIND: &'static str;
    /// Finds at most `$2` occasions that are due at `$1`, not older than `$3` and not given yet (kind `$4`), as
    /// `member_id`, `occasion` and what [`Reminder::effects`] reads.
    const DUE: &'static str;

    /// What is owed for a row of [`Reminder::DUE`].
    ///
    /// # Errors
    ///
    /// When a column is not as expected: a defect.
    fn effects(row: &QueryResult, owing: &mut Effects) -> Result<()>;
}

/// Gives all reminders of a kind that are due; says how many. Does nothing while another worker does it.
///
/// # Errors
///
/// Those of the database; what was given by then is.
pub async fn give<R: Reminder>(pool: &Pool, now: DateTime<Utc>) -> Result<usize> {
    let session = Session::new(pool.clone(), Span::none());
    let mut total = 0;
    loop {
        let transaction = session.begin().await?;
        let given = give_some::<R>(&transaction, now).await?;
        transaction.commit().await?;
        if given > 0 {
            outbox::announce();
        }
        total += given;
        if given == 0 {
            return Ok(total);
        }
    }
}

async fn give_some<R: Reminder>(transaction: &Transaction, now: DateTime<Utc>) -> Result<usize> {
    // The key of the lock is the kind's hash.
    let alone = "SELECT pg_try_advisory_xact_lock(hashtextextended($1, 20))";
    let alone = database::statement(alone, [R::KIND.into()]);
    let alone = transaction.query_one_raw(alone).await?;
    let alone: Option<bool> = alone.map(|row| row.try_get_by_index(0)).transpose()?;
    if alone != Some(true) {
        return Ok(0);
    }
    let values: [Value; 4] = [
        now.into(),
        BATCH.into(),
        (now - CATCH_UP).into(),
        R::KIND.into(),
    ];
    let rows = transaction
        .query_all_raw(database::statement(R::DUE, values))
        .await?;
    let mut effects = Vec::new();
    let (mut members, mut occasions) = (Vec::new(), Vec::new());
    for row in &rows {
        let member: MemberId = row.try_get("", "member_id")?;
        let mut owing = Effects::new(Some(member), now);
        R::effects(row, &mut owing)?;
        effects.append(&mut owing.into_owed());
        members.push(member.0);
        occasions.push(row.try_get::<String>("", "occasion")?);
    }
    // The key refuses a second one, should all else fail.
    let sql = "
        INSERT INTO reminder (member_id, kind, occasion, given_at)
        SELECT member_id, $3, occasion, $4
        FROM unnest($1::uuid[], $2::text[]) AS given (member_id, occasion)";
    let values: [Value; 4] = [members.into(), occasions.into(), R::KIND.into(), now.into()];
    if !rows.is_empty() {
        transaction
            .execute_raw(database::statement(sql, values))
            .await?;
        outbox::insert(transaction, &effects, &Span::none(), now).await?;
    }
    Ok(rows.len())
}
