//! Confirming a purchase that a member presents with its shop, after all local checks have passed.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::ConnectionTrait;

use super::{LinkPurchase, PurchaseError, Shops, link::invalid_purchase};
use crate::{
    Error, Result,
    clock::Clock,
    command::{self, Checked, CommandRequest, UserError, UserErrorReason},
    database::{self, Fetch},
    id::MemberId,
};

/// Maximum number of purchases that a member can have confirmed within [`CHECK_WINDOW`].
pub const MAX_CHECKS: i32 = 10;

/// The window of the rate limit, which starts with the first check.
const CHECK_WINDOW: TimeDelta = TimeDelta::hours(1);

/// Allocates the time of a request to a shop. The response is the state as of that time, so of two responses the one to
/// the later request takes precedence. All processes allocate strictly increasing times from one row of the database,
/// so that clock skew, of a process or of the shop, cannot make an older response the newer one. Never before `now`.
pub async fn next_request_time(
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
    let row = row.ok_or_else(|| Error::Invariant("the table shop_clock has no row".to_owned()))?;
    Ok(row.try_get_by_index(0)?)
}

/// Confirms the purchase of the command with its shop, if the member may link it and the command has not been executed
/// yet with its idempotency key. The inner error is a user error.
///
/// # Errors
///
/// [`Error::ShopUnavailable`], and those of the database.
pub async fn confirm(
    db: &impl Fetch,
    shops: &Shops,
    clock: &dyn Clock,
    request: &CommandRequest<'_>,
    command: &mut LinkPurchase,
) -> Result<Result<(), UserError>> {
    let now = clock.now();
    let member = match command::check(db, request, command, now).await? {
        Ok(Checked::Allowed(member)) => member,
        Ok(Checked::Done) => return Ok(Ok(())),
        Err(error) => return Ok(Err(error)),
    };
    if !shops.contains(command.provider) {
        return Ok(Err(not_configured()));
    }
    if !count_check(db, member.id, now).await? {
        return Ok(Err(UserError::new(
            UserErrorReason::TooManyPurchases(MAX_CHECKS),
            "",
        )));
    }
    let at = next_request_time(db, now).await?;
    match shops.verify(command.provider, &command.purchase, at).await {
        Ok(report) => command.confirmed = Some(report),
        Err(PurchaseError::NotConfigured) => return Ok(Err(not_configured())),
        Err(PurchaseError::Unavailable(cause)) => return Err(Error::ShopUnavailable(cause)),
        Err(PurchaseError::Invalid(why) | PurchaseError::NotApplicable(why)) => {
            tracing::info!(provider = ?command.provider, why, "a purchase was not confirmed");
            return Ok(Err(invalid_purchase()));
        }
    }
    Ok(Ok(()))
}

/// The shop is not configured, so its purchases cannot be confirmed.
fn not_configured() -> UserError {
    UserError::new(UserErrorReason::ShopNotConfigured, "provider")
}

/// Counts a check against the member's limit; false if the limit is reached.
async fn count_check(
    db: &impl ConnectionTrait,
    member: MemberId,
    now: DateTime<Utc>,
) -> Result<bool> {
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
        (now - CHECK_WINDOW).into(),
        MAX_CHECKS.into(),
    ];
    let counted = db.execute_raw(database::statement(sql, values)).await?;
    Ok(counted.rows_affected() == 1)
}
