//! The table `subscription_report`: the last statement on each thing, for every purchase.

use chrono::{DateTime, Months, Utc};
use sea_orm::{ConnectionTrait, FromQueryResult};

use super::{report::Report, statement::Statement};
use crate::{
    Error, Result,
    database::{self, Sweep},
};

/// For how long statements on purchases that are nobody's are kept once they are over: longer than a purchase can be
/// linked after its end, so that nothing said of it is forgotten while it could count.
const KEPT_FOR: Months = Months::new(24);

/// What is known already. An older version of this program, which may still run, writes what it hears into
/// `subscription` and `subscription_waiting`; so did the seed. What stands there and comes after all that is known is
/// taken over as said of the subscription as a whole.
const KNOWN: &str = "
    WITH known AS (
        SELECT subject, transaction_id, product_id, starts_at, ends_at, is_trial, revoked_at, grace_ends_at, will_renew,
               said_at, said
        FROM subscription_report
        WHERE provider = $1 AND external_id = $2
    ), elsewhere AS (
        SELECT trial_ends_at, expires_at, grace_ends_at, will_renew, updated_at,
               CASE said WHEN '' THEN lpad((extract(epoch FROM updated_at) * 1000000)::bigint::text, 20, '0')
                         ELSE said END AS said
        FROM (
            SELECT trial_ends_at, expires_at, grace_ends_at, will_renew, updated_at, said
            FROM subscription
            WHERE provider = $1 AND external_id = $2
            UNION ALL
            SELECT trial_ends_at, expires_at, grace_ends_at, will_renew, updated_at, said
            FROM subscription_waiting
            WHERE provider = $1 AND external_id = $2
        ) written
        WHERE NOT EXISTS (SELECT FROM known WHERE known.said >= written.said)
        ORDER BY said DESC
        LIMIT 1
    )
    SELECT subject, transaction_id, product_id, starts_at, ends_at, is_trial, revoked_at, grace_ends_at, will_renew,
           said_at, said, TRUE AS is_kept
    FROM known
    UNION ALL
    SELECT 'SUBSCRIPTION', '', NULL, NULL, COALESCE(expires_at, trial_ends_at), FALSE, NULL, grace_ends_at, will_renew,
           updated_at, said, FALSE
    FROM elsewhere
    UNION ALL
    SELECT 'TRIAL', '', NULL, NULL, trial_ends_at, FALSE, NULL, NULL, NULL, updated_at, said, FALSE
    FROM elsewhere
    WHERE trial_ends_at IS NOT NULL";

const KEEP: &str = "
    INSERT INTO subscription_report AS known (
        provider, external_id, subject, transaction_id, product_id, starts_at, ends_at, is_trial, revoked_at,
        grace_ends_at, will_renew, said_at, said
    )
    SELECT $1, $2, subject, transaction_id, product_id, starts_at, ends_at, is_trial, revoked_at,
           grace_ends_at, will_renew, said_at, said
    FROM jsonb_populate_recordset(NULL::subscription_report, $3)
    ON CONFLICT (provider, external_id, subject, transaction_id) DO UPDATE
    SET product_id = excluded.product_id, starts_at = excluded.starts_at, ends_at = excluded.ends_at,
        is_trial = excluded.is_trial, revoked_at = excluded.revoked_at, grace_ends_at = excluded.grace_ends_at,
        will_renew = excluded.will_renew, said_at = excluded.said_at, said = excluded.said
    WHERE known.said < excluded.said";

#[derive(FromQueryResult)]
struct Row {
    #[sea_orm(nested)]
    statement: Statement,
    is_kept: bool,
}

/// Keeps what a report says, and returns the last statement on each thing. To be called with the purchase locked.
pub(super) async fn merge(db: &impl ConnectionTrait, report: &Report) -> Result<Vec<Statement>> {
    let statement = database::statement(KNOWN, report.key());
    let rows = Row::find_by_statement(statement).all(db).await?;
    let (kept, others): (Vec<Row>, Vec<Row>) = rows.into_iter().partition(|row| row.is_kept);
    let mut known: Vec<Statement> = kept.into_iter().map(|row| row.statement).collect();
    let others = others.into_iter().map(|row| row.statement);
    let mut new: Vec<Statement> = Vec::new();
    for said in others.chain(report.says.iter().cloned()) {
        let same = |it: &&mut Statement| it.is_on_the_same(&said);
        match known.iter_mut().find(same) {
            Some(known) if known.said >= said.said => continue,
            Some(known) => *known = said.clone(),
            None => known.push(said.clone()),
        }
        new.retain(|it| !it.is_on_the_same(&said));
        new.push(said);
    }
    if !new.is_empty() {
        let new = serde_json::to_value(&new);
        let new = new.map_err(|error| Error::Invariant(error.to_string()))?;
        let values = report.key().into_iter().chain([new.into()]);
        db.execute_raw(database::statement(KEEP, values)).await?;
    }
    Ok(known)
}

/// Deletes at most `most` statements on purchases that nobody has linked and that were over long ago, and says how
/// many.
pub async fn forget_unlinked(
    db: &impl ConnectionTrait,
    now: DateTime<Utc>,
    most: u32,
) -> Result<u64> {
    let Some(before) = now.checked_sub_months(KEPT_FOR) else {
        return Ok(0);
    };
    let sweep = Sweep {
        table: "subscription_report",
        key: "provider, external_id, subject, transaction_id",
        age: "GREATEST(said_at, ends_at)",
    };
    let is_nobodys = "
        NOT EXISTS (
            SELECT
            FROM subscription_link l
            WHERE l.provider = subscription_report.provider AND l.external_id = subscription_report.external_id
        )";
    sweep.run_where(is_nobodys, db, before, most).await
}
