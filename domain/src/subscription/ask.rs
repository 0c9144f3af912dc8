//! Asking a shop about a purchase that a member brings along: only once everything of ours allows it.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::ConnectionTrait;

use super::{
    LinkPurchase,
    link::not_theirs,
    purchase::{PurchaseError, Shops},
};
use crate::{
    Error, Result,
    clock::Clock,
    command::{self, Asked, Checked, Obstacle, UserError},
    database,
    id::MemberId,
};

/// How many purchases a member can have looked at within [`WITHIN`].
pub const MAX_CHECKS: i32 = 10;

/// Counted from the first one on.
const WITHIN: TimeDelta = TimeDelta::hours(1);

/// The date of a question to a shop. What it answers is how things stand from then on, so of two answers the one counts
/// that was asked for later. All processes date by one row of the database: a clock of ours that runs ahead, or the
/// shop's own, cannot make an older answer the newer one. Never before `now`.
pub async fn date_of_asking(
    db: &impl ConnectionTrait,
    now: DateTime<Utc>,
) -> Result<DateTime<Utc>> {
    let sql = "
        UPDATE shop_clock
        SET asked_at = GREATEST(asked_at + interval '1 microsecond', $1)
        RETURNING asked_at";
    let row = db
        .query_one_raw(database::statement(sql, [now.into()]))
        .await?;
    let row = row.ok_or_else(|| Error::Invariant("there is no shop_clock".to_owned()))?;
    Ok(row.try_get_by_index(0)?)
}

/// Has the purchase's shop confirm it, for a member who may link one and has not done so with this key. The inner error
/// is for the person.
///
/// # Errors
///
/// [`Error::ShopUnavailable`], and those of the database.
pub async fn confirm(
    db: &impl ConnectionTrait,
    shops: &Shops,
    clock: &dyn Clock,
    asked: &Asked<'_>,
    command: &mut LinkPurchase,
) -> Result<Result<(), UserError>> {
    let now = clock.now();
    let member = match command::check(db, asked, command, now).await? {
        Ok(Checked::Allowed(member)) => member,
        Ok(Checked::Done) => return Ok(Ok(())),
        Err(error) => return Ok(Err(error)),
    };
    if !shops.sell_through(command.provider) {
        return Ok(Err(not_configured()));
    }
    if !spend(db, member.id, now).await? {
        return Ok(Err(UserError::new(
            Obstacle::TooManyPurchases(MAX_CHECKS),
            "",
        )));
    }
    let at = date_of_asking(db, now).await?;
    match shops.verify(command.provider, &command.purchase, at).await {
        Ok(report) => command.confirmed = Some(report),
        Err(PurchaseError::NotConfigured) => return Ok(Err(not_configured())),
        Err(PurchaseError::Unavailable(cause)) => return Err(Error::ShopUnavailable(cause)),
        Err(PurchaseError::Invalid(why) | PurchaseError::NotOurs(why)) => {
            tracing::info!(provider = ?command.provider, why, "a purchase was not confirmed");
            return Ok(Err(not_theirs()));
        }
    }
    Ok(Ok(()))
}

/// Nobody here can say what a purchase in that shop is worth.
fn not_configured() -> UserError {
    UserError::new(Obstacle::ShopNotConfigured, "provider")
}

/// Takes one from the member's budget; false when it is used up.
async fn spend(db: &impl ConnectionTrait, member: MemberId, now: DateTime<Utc>) -> Result<bool> {
    let sql = "
        INSERT INTO purchase_check AS budget (member_id, since, checks)
        VALUES ($1, $2, 1)
        ON CONFLICT (member_id) DO UPDATE
        SET since = CASE WHEN budget.since <= $3 THEN excluded.since ELSE budget.since END,
            checks = CASE WHEN budget.since <= $3 THEN 1 ELSE budget.checks + 1 END
        WHERE budget.since <= $3 OR budget.checks < $4";
    let values = [
        member.into(),
        now.into(),
        (now - WITHIN).into(),
        MAX_CHECKS.into(),
    ];
    let spent = db.execute_raw(database::statement(sql, values)).await?;
    Ok(spent.rows_affected() == 1)
}
