//! Forgetting members for good. `docs/PRIVACY.md` says table by table what becomes of what.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait as _, TransactionSession as _, TransactionTrait as _, Value};

use crate::{
    Error, Result,
    clock::Clock,
    database::{self, Session, Transaction},
    id::{MemberId, column},
    outbox::{self, Effects},
    partner::DeletionRecord,
};

/// In the order of what refers to what: `$1` is the member, `$2` the time.
const TIMED: [&str; 2] = [
    // The objects go next: `export::remove_expired`.
    "UPDATE data_export SET member_id = NULL, expires_at = $2 WHERE member_id = $1",
    "INSERT INTO subscription_archive
        (id, provider, external_id, trial_ends_at, expires_at, grace_ends_at, will_renew, updated_at, archived_at)
    SELECT gen_random_uuid(), provider, external_id, trial_ends_at, expires_at, grace_ends_at, will_renew,
           updated_at, $2
    FROM subscription
    WHERE member_id = $1 AND provider IS NOT NULL",
];

/// Then these, of the member alone.
const DELETED: [&str; 19] = [
    "DELETE FROM check_in WHERE member_id = $1",
    "DELETE FROM meal_choice WHERE member_id = $1",
    "DELETE FROM workout_completion WHERE member_id = $1",
    "DELETE FROM cycle WHERE member_id = $1",
    "DELETE FROM plan WHERE member_id = $1",
    "DELETE FROM favourite_recipe WHERE member_id = $1",
    "DELETE FROM consent WHERE member_id = $1",
    // What shops have said of a purchase outlives who bought it: it counts when somebody links it again. All but what an
    // older version wrote stands there already.
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
    // What is still to be sent; what was sent is forgotten within minutes. Envelopes are texts that hold ids as they are
    // written here, and that of a sign-in code the address: a whole text of JSON, with its quotes, so that the address is
    // not found at the end of a longer one.
    "DELETE FROM outbox o
    USING member m
    WHERE m.id = $1 AND o.sent_at IS NULL
        AND (strpos(o.envelope, m.id::text) > 0 OR strpos(lower(o.envelope), lower(to_json(m.email)::text)) > 0)",
    // Of the queues on Postgres, dead letters included; elsewhere they end by themselves.
    "DELETE FROM queue_message q
    USING member m
    WHERE m.id = $1 AND (strpos(q.body, m.id::text) > 0 OR strpos(lower(q.body), lower(to_json(m.email)::text)) > 0)",
    "DELETE FROM member WHERE id = $1",
];

/// Erases everything that a member owns, and the member; keeps of their purchases, without them, what accounting
/// needs; and tells the partners. To be called with the member's row locked.
pub async fn erase(transaction: &Transaction, member: MemberId, now: DateTime<Utc>) -> Result<()> {
    for sql in TIMED {
        let statement = database::statement(sql, [member.into(), now.into()]);
        transaction.execute_raw(statement).await?;
    }
    for sql in DELETED {
        let statement = database::statement(sql, [member.into()]);
        transaction.execute_raw(statement).await?;
    }
    // Last, or it would be forgotten too.
    let mut effects = Effects::new(Some(member), now);
    effects.owe(&DeletionRecord { deleted_at: now })?;
    outbox::insert(transaction, effects.owed(), transaction.span(), now).await
}

/// Erases at most `most` members whose time has come, each in a transaction of their own, and says how many. Safe with
/// several at once: a member who is being erased, or is in the middle of a command, is passed over.
///
/// # Errors
///
/// The first one, once all others have had their turn.
pub async fn erase_due(session: &Session, clock: &dyn Clock, most: u32) -> Result<u32> {
    let mut erased = 0;
    let mut failed: Vec<MemberId> = Vec::new();
    let mut first: Option<Error> = None;
    while erased < most {
        let now = clock.now();
        let transaction = session.begin().await?;
        let Some(member) = due(&transaction, &failed, now).await? else {
            transaction.rollback().await?;
            break;
        };
        let done = match erase(&transaction, member, now).await {
            Ok(()) => transaction.commit().await.map_err(Error::from),
            Err(error) => {
                transaction.rollback().await?;
                Err(error)
            }
        };
        match done {
            Ok(()) => {
                outbox::announce();
                erased += 1;
            }
            Err(error) => {
                tracing::error!(member = %member.0, %error, "a member could not be erased");
                failed.push(member);
                first.get_or_insert(error);
            }
        }
    }
    first.map_or(Ok(erased), Err)
}

/// Locks a member whose time has come.
async fn due(
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
    let except: Value = column(except.iter().map(|id| id.0));
    let statement = database::statement(sql, [now.into(), except]);
    let row = transaction.query_one_raw(statement).await?;
    row.map(|row| Ok(row.try_get_by_index(0)?)).transpose()
}
