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
    Error, Result,
    database::{self, Session, Transaction},
    id::{MemberId, column},
    outbox::{self, Effect, Effects},
};

pub use check_in::CheckInsDue;
pub use subscription::{SubscriptionsExpiring, SubscriptionsLapsed};

/// How late a reminder may come. What nobody was there to give for longer has lost its use, and looking back without
/// end would find ever more members who never answered.
const CATCH_UP: TimeDelta = TimeDelta::days(14);

/// How many are given in one transaction.
const BATCH: i64 = 500;

/// After how many members that cannot be reminded it is not theirs but the database's fault, and left for the next time.
const MOST_PASSED_OVER: usize = 100;

/// A kind of reminder.
pub trait Reminder: Sync {
    /// As in the table `reminder`.
    const KIND: &'static str;
    /// Finds at most `$2` occasions that are due at `$1`, not older than `$3` and not given yet (kind `$4`), of members
    /// other than `$5`, as `member_id`, `occasion` and what [`Reminder::effects`] reads.
    const DUE: &'static str;

    /// Parameters from `$6` on, of a moment.
    fn values(_: DateTime<Utc>) -> Vec<Value> {
        Vec::new()
    }

    /// What is owed for a row of [`Reminder::DUE`].
    ///
    /// # Errors
    ///
    /// When a column is not as expected: a defect.
    fn effects(row: &QueryResult, owing: &mut Effects) -> Result<()>;
}

/// Gives all reminders of a kind that are due; says how many. Does nothing while another worker does it. A member whose
/// rows cannot be worked on is told of and passed over, and all others have their turn.
///
/// # Errors
///
/// Those of the database; what was given by then is. The first one that a member was passed over for.
pub async fn give<R: Reminder>(pool: &Pool, now: DateTime<Utc>) -> Result<usize> {
    let session = Session::new(pool.clone(), Span::none());
    let mut total = 0;
    let mut most = BATCH;
    let mut passed_over = PassedOver::default();
    loop {
        let transaction = session.begin().await?;
        let due = match due::<R>(&transaction, now, most, &passed_over).await {
            Ok(due) => due,
            Err(error) => {
                transaction.rollback().await?;
                return Err(error);
            }
        };
        if due.is_empty() {
            transaction.commit().await?;
            return passed_over.first.map_or(Ok(total), Err);
        }
        let occasions = passed_over.readable::<R>(&due, now);
        match write(&transaction, R::KIND, &occasions, now).await {
            Ok(()) => {
                transaction.commit().await?;
                if !occasions.is_empty() {
                    outbox::announce();
                }
                total += occasions.len();
                most = BATCH.min(most * 2);
            }
            Err(error) => {
                transaction.rollback().await?;
                match &occasions[..] {
                    [one] => passed_over.add(one.member, R::KIND, error),
                    // Whichever it is: half of them have their turn without it.
                    several => most = i64::try_from(several.len() / 2).unwrap_or(1),
                }
            }
        }
        if passed_over.members.len() >= MOST_PASSED_OVER {
            return passed_over.first.map_or(Ok(total), Err);
        }
    }
}

/// An occasion, and what is owed for it.
struct Occasion {
    member: MemberId,
    name: String,
    effects: Vec<Effect>,
}

impl Occasion {
    fn read<R: Reminder>(row: &QueryResult, member: MemberId, now: DateTime<Utc>) -> Result<Self> {
        let mut owing = Effects::new(Some(member), now);
        R::effects(row, &mut owing)?;
        Ok(Self {
            member,
            name: row.try_get("", "occasion")?,
            effects: owing.into_owed(),
        })
    }
}

/// Who cannot be reminded this time.
#[derive(Default)]
struct PassedOver {
    members: Vec<MemberId>,
    first: Option<Error>,
}

impl PassedOver {
    fn add(&mut self, member: MemberId, kind: &str, error: Error) {
        tracing::error!(member = %member.0, kind, %error, "a member could not be reminded and is passed over");
        self.members.push(member);
        self.first.get_or_insert(error);
    }

    fn readable<R: Reminder>(&mut self, rows: &[Row], now: DateTime<Utc>) -> Vec<Occasion> {
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

/// Nobody while another worker is at it.
async fn due<R: Reminder>(
    transaction: &Transaction,
    now: DateTime<Utc>,
    most: i64,
    except: &PassedOver,
) -> Result<Vec<Row>> {
    // The key of the lock is the kind's hash.
    let alone = "SELECT pg_try_advisory_xact_lock(hashtextextended($1, 20))";
    let alone = database::statement(alone, [R::KIND.into()]);
    let alone = transaction.query_one_raw(alone).await?;
    let alone: Option<bool> = alone.map(|row| row.try_get_by_index(0)).transpose()?;
    if alone != Some(true) {
        return Ok(Vec::new());
    }
    let values: [Value; 5] = [
        now.into(),
        most.into(),
        (now - CATCH_UP).into(),
        R::KIND.into(),
        column(except.members.iter().map(|member| member.0)),
    ];
    let values = values.into_iter().chain(R::values(now));
    let rows = transaction
        .query_all_raw(database::statement(R::DUE, values))
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
    // The key refuses a second one, should all else fail.
    let sql = "
        INSERT INTO reminder (member_id, kind, occasion, given_at)
        SELECT member_id, $3, occasion, $4
        FROM unnest($1::uuid[], $2::text[]) AS given (member_id, occasion)";
    let names = occasions.iter().map(|occasion| occasion.name.clone());
    let values: [Value; 4] = [
        column(occasions.iter().map(|occasion| occasion.member.0)),
        names.collect::<Vec<_>>().into(),
        kind.into(),
        now.into(),
    ];
    transaction
        .execute_raw(database::statement(sql, values))
        .await?;
    let effects: Vec<_> = (occasions.iter())
        .flat_map(|occasion| occasion.effects.iter().cloned())
        .collect();
    outbox::insert(transaction, &effects, &Span::none(), now).await
}
