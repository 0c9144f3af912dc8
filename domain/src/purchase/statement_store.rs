//! The table `subscription_report`: the latest statement on each subject, for every purchase.

use chrono::Months;
use sea_orm::{ConnectionTrait, FromQueryResult};

use super::Report;
use crate::{
    Error, Result,
    database::{self, Purge},
    subscription::Statement,
};

/// How long statements on purchases without a linked member are kept after their end: longer than a purchase can be
/// linked after its end, so that no statement is purged that could still be needed.
pub const UNLINKED_RETENTION: Months = Months::new(24);

/// Selects the stored statements. An older version of this program, which may still run, writes to `subscription` and
/// `subscription_waiting` instead, and so did the seed. The latest row there, if later than all stored statements, is
/// treated as a statement on the subscription as a whole.
const SELECT: &str = "
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

const UPSERT: &str = "
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

/// Stores the statements of a report, and returns the latest statement on each subject. The caller must have locked the
/// purchase.
pub(super) async fn merge(db: &impl ConnectionTrait, report: &Report) -> Result<Vec<Statement>> {
    let statement = database::statement(SELECT, report.key());
    let rows = Row::find_by_statement(statement).all(db).await?;
    let (stored, others): (Vec<Row>, Vec<Row>) = rows.into_iter().partition(|row| row.is_kept);
    let mut latest: Vec<Statement> = stored.into_iter().map(|row| row.statement).collect();
    let others = others.into_iter().map(|row| row.statement);
    let mut new: Vec<Statement> = Vec::new();
    for statement in others.chain(report.statements.iter().cloned()) {
        let same = |it: &&mut Statement| it.has_same_subject(&statement);
        match latest.iter_mut().find(same) {
            Some(known) if known.said >= statement.said => continue,
            Some(known) => *known = statement.clone(),
            None => latest.push(statement.clone()),
        }
        new.retain(|it| !it.has_same_subject(&statement));
        new.push(statement);
    }
    if !new.is_empty() {
        let new = serde_json::to_value(&new);
        let new = new.map_err(|error| Error::Invariant(error.to_string()))?;
        let values = report.key().into_iter().chain([new.into()]);
        db.execute_raw(database::statement(UPSERT, values)).await?;
    }
    Ok(latest)
}

/// Deletes statements on purchases that no member has linked, by when they ended.
pub const UNLINKED_PURGE: Purge = Purge::new(
    "subscription_report",
    "provider, external_id, subject, transaction_id",
    "GREATEST(said_at, ends_at)",
)
.only(
    "
    NOT EXISTS (
        SELECT
        FROM subscription_link l
        WHERE l.provider = subscription_report.provider AND l.external_id = subscription_report.external_id
    )",
);
