//! Scheduled reminders: found by time, and enqueued once for each member and occasion. Several workers may run this
//! concurrently, and reminders that became due while none was running are caught up.

mod check_in;
mod subscription;

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{
    ConnectionTrait, QueryResult, TransactionSession as _, TransactionTrait as _, Value,
};
use tracing::Span;

use crate::{
    Error, Result,
    database::{self, Pool, Session, Transaction},
    id::{MemberId, uuid_array},
    outbox::{self, OutboxBatch, OutboxMessage},
};

pub use check_in::CheckInsDue;
pub use subscription::{SubscriptionsExpiring, SubscriptionsLapsed};

/// Maximum delay of a reminder. A later one would be of no use, and without a limit the query would find ever more
/// members who never responded.
const MAX_DELAY: TimeDelta = TimeDelta::days(14);

/// Maximum number of reminders in one transaction.
const BATCH_SIZE: i64 = 500;

/// Maximum number of members that are skipped in one run. With more failures the cause is not in the members' data, so
/// the run stops.
const MAX_SKIPPED: usize = 100;

/// A kind of reminder.
pub trait Reminder: Sync {
    /// The column `kind` of the table `reminder`.
    const KIND: &'static str;
    /// The query for at most `$2` occasions that are due at `$1`, not older than `$3`, without a reminder of kind `$4`,
    /// and not of the members `$5`. Returns `member_id`, `occasion`, and the columns that
    /// [`Reminder::enqueue_messages`] reads.
    const DUE_SQL: &'static str;

    /// The parameters of [`Reminder::DUE_SQL`] from `$6` on, at a time.
    fn extra_parameters(_: DateTime<Utc>) -> Vec<Value> {
        Vec::new()
    }

    /// Enqueues the messages for a row of [`Reminder::DUE_SQL`].
    ///
    /// # Errors
    ///
    /// If a column is missing or has another type: a defect.
    fn enqueue_messages(row: &QueryResult, outbox: &mut OutboxBatch) -> Result<()>;
}

/// Enqueues all reminders of a kind that are due, and returns how many. Does nothing while another worker does the
/// same. A member whose reminder fails is logged and skipped.
///
/// # Errors
///
/// Those of the database; reminders of transactions that were committed before are kept. If members were skipped, the
/// first of their errors, after all others have been processed.
pub async fn enqueue_due<R: Reminder>(pool: &Pool, now: DateTime<Utc>) -> Result<usize> {
    let session = Session::new(pool.clone(), Span::none());
    let mut total = 0;
    let mut limit = BATCH_SIZE;
    let mut skipped = SkippedMembers::default();
    loop {
        let transaction = session.begin().await?;
        let due = match find_due::<R>(&transaction, now, limit, &skipped).await {
            Ok(due) => due,
            Err(error) => {
                transaction.rollback().await?;
                return Err(error);
            }
        };
        if due.is_empty() {
            transaction.commit().await?;
            return skipped.first_error.map_or(Ok(total), Err);
        }
        let occasions = skipped.read_rows::<R>(&due, now);
        match write(&transaction, R::KIND, &occasions, now).await {
            Ok(()) => {
                transaction.commit().await?;
                if !occasions.is_empty() {
                    outbox::notify_relays();
                }
                total += occasions.len();
                limit = BATCH_SIZE.min(limit * 2);
            }
            Err(error) => {
                transaction.rollback().await?;
                match &occasions[..] {
                    [one] => skipped.add(one.member, R::KIND, error),
                    // One of them fails: halve the batch to isolate it.
                    several => limit = i64::try_from(several.len() / 2).unwrap_or(1),
                }
            }
        }
        if skipped.members.len() >= MAX_SKIPPED {
            return skipped.first_error.map_or(Ok(total), Err);
        }
    }
}

/// An occasion, and the messages to enqueue for it.
struct Occasion {
    member: MemberId,
    name: String,
    messages: Vec<OutboxMessage>,
}

impl Occasion {
    fn read<R: Reminder>(row: &QueryResult, member: MemberId, now: DateTime<Utc>) -> Result<Self> {
        let mut outbox = OutboxBatch::new(Some(member), now);
        R::enqueue_messages(row, &mut outbox)?;
        Ok(Self {
            member,
            name: row.try_get("", "occasion")?,
            messages: outbox.into_messages(),
        })
    }
}

/// The members whose reminders failed in this run.
#[derive(Default)]
struct SkippedMembers {
    members: Vec<MemberId>,
    first_error: Option<Error>,
}

impl SkippedMembers {
    fn add(&mut self, member: MemberId, kind: &str, error: Error) {
        tracing::error!(member = %member.0, kind, %error, "a member could not be reminded and is skipped");
        self.members.push(member);
        self.first_error.get_or_insert(error);
    }

    /// Reads the rows; the members of those that cannot be read are skipped.
    fn read_rows<R: Reminder>(&mut self, rows: &[Row], now: DateTime<Utc>) -> Vec<Occasion> {
        let mut occasions = Vec::with_capacity(rows.len());
        for Row { member, row } in rows {
            match Occasion::read::<R>(row, *member, now) {
                Ok(occasion) => occasions.push(occasion),
                Err(error) => self.add(*member, R::KIND, error),
            }
        }
        occasions
    }
}

struct Row {
    member: MemberId,
    row: QueryResult,
}

/// Finds due occasions; empty while another worker holds the lock.
async fn find_due<R: Reminder>(
    transaction: &Transaction,
    now: DateTime<Utc>,
    limit: i64,
    skipped: &SkippedMembers,
) -> Result<Vec<Row>> {
    // The key of the lock is the kind's hash.
    let lock = "SELECT pg_try_advisory_xact_lock(hashtextextended($1, 20))";
    let lock = database::statement(lock, [R::KIND.into()]);
    let locked = transaction.query_one_raw(lock).await?;
    let locked: Option<bool> = locked.map(|row| row.try_get_by_index(0)).transpose()?;
    if locked != Some(true) {
        return Ok(Vec::new());
    }
    let values: [Value; 5] = [
        now.into(),
        limit.into(),
        (now - MAX_DELAY).into(),
        R::KIND.into(),
        uuid_array(skipped.members.iter().map(|member| member.0)),
    ];
    let values = values.into_iter().chain(R::extra_parameters(now));
    let rows = transaction
        .query_all_raw(database::statement(R::DUE_SQL, values))
        .await?;
    let rows = rows.into_iter().map(|row| {
        let member = row.try_get("", "member_id")?;
        Ok(Row { member, row })
    });
    rows.collect()
}

async fn write(
    transaction: &Transaction,
    kind: &str,
    occasions: &[Occasion],
    now: DateTime<Utc>,
) -> Result<()> {
    if occasions.is_empty() {
        return Ok(());
    }
    // The primary key rejects duplicates in any case.
    let sql = "
        INSERT INTO reminder (member_id, kind, occasion, given_at)
        SELECT member_id, $3, occasion, $4
        FROM unnest($1::uuid[], $2::text[]) AS given (member_id, occasion)";
    let names = occasions.iter().map(|occasion| occasion.name.clone());
    let values: [Value; 4] = [
        uuid_array(occasions.iter().map(|occasion| occasion.member.0)),
        names.collect::<Vec<_>>().into(),
        kind.into(),
        now.into(),
    ];
    transaction
        .execute_raw(database::statement(sql, values))
        .await?;
    let messages: Vec<_> = (occasions.iter())
        .flat_map(|occasion| occasion.messages.iter().cloned())
        .collect();
    outbox::insert(transaction, &messages, &Span::none()).await
}
