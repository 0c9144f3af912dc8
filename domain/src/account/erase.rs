//! Erasing members permanently. `docs/PRIVACY.md` states for each table what happens to its rows.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait as _, TransactionSession as _, TransactionTrait as _, Value};
use serde_json::json;

use crate::{
    Error, Result,
    audit::{self, Actor, AuditEntry},
    clock::Clock,
    database::{self, Session, Transaction},
    id::{MemberId, uuid_array},
    outbox::{self, OutboxBatch},
    partner::DeletionRecord,
};

/// Statements that need the time, executed first: `$1` is the member, `$2` the time.
const TIMED: [&str; 2] = [
    // `export::remove_expired` deletes the objects.
    "UPDATE data_export SET member_id = NULL, expires_at = $2 WHERE member_id = $1",
    "INSERT INTO subscription_archive
        (id, provider, external_id, trial_ends_at, expires_at, grace_ends_at, will_renew, updated_at, archived_at)
    SELECT gen_random_uuid(), provider, external_id, trial_ends_at, expires_at, grace_ends_at, will_renew,
           updated_at, $2
    FROM subscription
    WHERE member_id = $1 AND provider IS NOT NULL",
];

/// Statements with the member only, in the order of the foreign keys: `$1` is the member.
const DELETED: [&str; 19] = [
    "DELETE FROM check_in WHERE member_id = $1",
    "DELETE FROM meal_choice WHERE member_id = $1",
    "DELETE FROM workout_completion WHERE member_id = $1",
    "DELETE FROM cycle WHERE member_id = $1",
    "DELETE FROM plan WHERE member_id = $1",
    "DELETE FROM favourite_recipe WHERE member_id = $1",
    "DELETE FROM consent WHERE member_id = $1",
    // Statements of shops on a purchase are kept without the buyer: they apply when the purchase is linked again. Only
    // those that an older version wrote are not in this table yet.
    "INSERT INTO subscription_report (
        provider, external_id, subject, transaction_id, ends_at, is_trial, grace_ends_at, will_renew, said_at, said
    )
    SELECT s.provider, s.external_id, it.subject, '', it.ends_at, FALSE, it.grace_ends_at, it.will_renew, s.updated_at,
           CASE s.said WHEN '' THEN lpad((extract(epoch FROM s.updated_at) * 1000000)::bigint::text, 20, '0')
                       ELSE s.said END
    FROM subscription s
    CROSS JOIN LATERAL (
        SELECT 'SUBSCRIPTION', COALESCE(s.expires_at, s.trial_ends_at), s.grace_ends_at, s.will_renew
        UNION ALL
        SELECT 'TRIAL', s.trial_ends_at, NULL, NULL
        WHERE s.trial_ends_at IS NOT NULL
    ) it (subject, ends_at, grace_ends_at, will_renew)
    WHERE s.member_id = $1 AND s.provider IS NOT NULL
        AND NOT EXISTS (
            SELECT
            FROM subscription_report r
            WHERE r.provider = s.provider AND r.external_id = s.external_id
        )",
    "DELETE FROM purchase_check WHERE member_id = $1",
    "DELETE FROM subscription_link WHERE member_id = $1",
    "DELETE FROM subscription WHERE member_id = $1",
    "DELETE FROM reminder WHERE member_id = $1",
    "DELETE FROM member_preferences WHERE member_id = $1",
    "DELETE FROM decision WHERE member_id = $1",
    "UPDATE email_delivery SET member_id = NULL, provider_id = NULL WHERE member_id = $1",
    "DELETE FROM idempotency_key k
    USING member m
    WHERE m.id = $1 AND k.issuer = m.issuer AND k.subject = m.subject",
    // Messages that are not sent yet; those that were sent are deleted within minutes. Envelopes are texts that contain
    // ids in this notation. That of a sign-in code contains the address, which is searched for as a JSON string with
    // its quotes, so that it does not match the end of a longer address.
    "DELETE FROM outbox o
    USING member m
    WHERE m.id = $1 AND o.sent_at IS NULL
        AND (strpos(o.envelope, m.id::text) > 0 OR strpos(lower(o.envelope), lower(to_json(m.email)::text)) > 0)",
    // The queues on Postgres, including dead letters. In other queues messages expire by themselves.
    "DELETE FROM queue_message q
    USING member m
    WHERE m.id = $1 AND (strpos(q.body, m.id::text) > 0 OR strpos(lower(q.body), lower(to_json(m.email)::text)) > 0)",
    "DELETE FROM member WHERE id = $1",
];

/// Erases the member and all of their data, archives the anonymous records of their purchases that accounting needs,
/// and enqueues a message to the partners. The caller must have locked the member's row.
pub async fn erase(transaction: &Transaction, member: MemberId, now: DateTime<Utc>) -> Result<()> {
    for sql in TIMED {
        let statement = database::statement(sql, [member.into(), now.into()]);
        transaction.execute_raw(statement).await?;
    }
    for sql in DELETED {
        let statement = database::statement(sql, [member.into()]);
        transaction.execute_raw(statement).await?;
    }
    let entry = AuditEntry {
        actor: Actor::operator("coach"),
        action: "member.erase",
        // It identifies nobody any more.
        detail: json!({ "member": member.0 }),
    };
    audit::record(transaction, &entry, now).await?;
    // Last, since the statements above delete unsent messages of the member.
    let mut outbox = OutboxBatch::new(Some(member), now);
    outbox.enqueue(&DeletionRecord { deleted_at: now })?;
    outbox::insert(transaction, outbox.messages(), transaction.span()).await
}

/// Erases at most `limit` members whose deletion is due, each in a separate transaction, and returns how many. Several
/// workers may do this concurrently: a member whose row is locked by another worker or by a command is skipped.
///
/// # Errors
///
/// The first error, after all other members have been processed.
pub async fn erase_due(session: &Session, clock: &dyn Clock, limit: u32) -> Result<u32> {
    let mut erased = 0;
    let mut failed: Vec<MemberId> = Vec::new();
    let mut first_error: Option<Error> = None;
    while erased < limit {
        let now = clock.now();
        let transaction = session.begin().await?;
        let Some(member) = lock_due(&transaction, &failed, now).await? else {
            transaction.rollback().await?;
            break;
        };
        let result = match erase(&transaction, member, now).await {
            Ok(()) => transaction.commit().await.map_err(Error::from),
            Err(error) => {
                transaction.rollback().await?;
                Err(error)
            }
        };
        match result {
            Ok(()) => {
                outbox::notify_relays();
                erased += 1;
            }
            Err(error) => {
                tracing::error!(member = %member.0, %error, "a member could not be erased");
                failed.push(member);
                first_error.get_or_insert(error);
            }
        }
    }
    first_error.map_or(Ok(erased), Err)
}

/// Locks a member whose deletion is due.
async fn lock_due(
    transaction: &Transaction,
    except: &[MemberId],
    now: DateTime<Utc>,
) -> Result<Option<MemberId>> {
    let sql = "
        SELECT id
        FROM member
        WHERE deletion_final_at <= $1 AND id <> ALL($2)
        ORDER BY deletion_final_at
        LIMIT 1
        FOR UPDATE SKIP LOCKED";
    let except: Value = uuid_array(except.iter().map(|id| id.0));
    let statement = database::statement(sql, [now.into(), except]);
    let row = transaction.query_one_raw(statement).await?;
    row.map(|row| Ok(row.try_get_by_index(0)?)).transpose()
}
