//! Reading members, each with the effective subscription.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbErr, Value};
use uuid::Uuid;

use super::{Member, Units};
use crate::{
    Result,
    database::{self, Fetch, FromRow, RowReader},
    email_address::EmailAddress,
    id::{MemberId, uuid_array},
    subscription::{Access, Entitlement, SubscriptionProvider},
    time_zone,
    viewer::Subject,
};

/// A member with the effective subscription.
pub(crate) struct MemberRow {
    id: MemberId,
    display_name: String,
    email: Option<String>,
    email_confirmed_at: Option<DateTime<Utc>>,
    email_code_requested_at: Option<DateTime<Utc>>,
    locale: String,
    time_zone: String,
    units: Units,
    purchase_token: Uuid,
    deletion_final_at: Option<DateTime<Utc>>,
    health_data: Option<bool>,
    provider: Option<SubscriptionProvider>,
    trial_ends_at: Option<DateTime<Utc>>,
    expires_at: Option<DateTime<Utc>>,
    grace_ends_at: Option<DateTime<Utc>>,
    /// NULL only where there is no subscription.
    will_renew: Option<bool>,
}

impl FromRow for MemberRow {
    fn from_row(row: &mut RowReader<'_>) -> Result<Self, DbErr> {
        Ok(Self {
            id: row.read()?,
            display_name: row.read()?,
            email: row.read()?,
            email_confirmed_at: row.read()?,
            email_code_requested_at: row.read()?,
            locale: row.read()?,
            time_zone: row.read()?,
            units: row.read()?,
            purchase_token: row.read()?,
            deletion_final_at: row.read()?,
            health_data: row.read()?,
            provider: row.read()?,
            trial_ends_at: row.read()?,
            expires_at: row.read()?,
            grace_ends_at: row.read()?,
            will_renew: row.read()?,
        })
    }
}

/// The columns of a [`MemberRow`].
pub(crate) const COLUMNS: &str = "
    m.id, m.display_name, m.email, m.email_confirmed_at, m.email_code_requested_at, m.locale, m.time_zone,
    m.units, m.purchase_token, m.deletion_final_at,
    (SELECT granted FROM consent WHERE member_id = m.id AND purpose = 'HEALTH_DATA'),
    s.provider, s.trial_ends_at, s.expires_at, s.grace_ends_at, s.will_renew";

/// The tables of a [`MemberRow`]. Of several subscriptions the one whose entitlement ends last is effective; one without
/// an end ranks above all others.
pub(crate) const TABLES: &str = "
    member m
    LEFT JOIN LATERAL (
        SELECT provider, trial_ends_at, expires_at, grace_ends_at, will_renew
        FROM subscription
        WHERE member_id = m.id
        ORDER BY CASE WHEN trial_ends_at IS NULL AND expires_at IS NULL THEN 'infinity'
                      ELSE GREATEST(trial_ends_at, expires_at, grace_ends_at) END DESC,
                 updated_at DESC, id
        LIMIT 1
    ) s ON TRUE";

/// The member who signs in as `subject`; `None` if they have not registered.
pub async fn find_by_subject(
    db: &impl Fetch,
    subject: &Subject,
    now: DateTime<Utc>,
) -> Result<Option<Member>> {
    if !subject.is_storable() {
        return Ok(None);
    }
    let Subject { issuer, subject } = subject;
    let sql = format!("SELECT {COLUMNS} FROM {TABLES} WHERE m.issuer = $1 AND m.subject = $2");
    let statement = database::statement(sql, [issuer.into(), subject.into()]);
    let row = db.fetch_one::<MemberRow>(statement).await?;
    Ok(row.map(|row| row.member(now)))
}

/// Locks the row of the member who signs in as `subject` until the transaction ends, and returns its id. If there is no
/// such member yet it locks the subject, so that concurrent registrations are serialized.
pub async fn lock(db: &impl ConnectionTrait, subject: &Subject) -> Result<Option<MemberId>> {
    if !subject.is_storable() {
        return Ok(None);
    }
    let Subject { issuer, subject } = subject;
    let sql = "SELECT id FROM member WHERE issuer = $1 AND subject = $2 FOR UPDATE";
    let values = || [issuer.into(), subject.into()];
    let row = db.query_one_raw(database::statement(sql, values())).await?;
    if let Some(row) = row {
        return Ok(Some(row.try_get_by_index(0)?));
    }
    let lock = "SELECT pg_advisory_xact_lock(hashtextextended($1 || ' ' || $2, 0))";
    db.query_one_raw(database::statement(lock, values()))
        .await?;
    // The member may have been registered while this waited for the lock.
    let row = db.query_one_raw(database::statement(sql, values())).await?;
    row.map(|row| Ok(row.try_get_by_index(0)?)).transpose()
}

/// Locks the row of a member until the transaction ends; false if there is none.
pub async fn lock_by_id(db: &impl ConnectionTrait, member: MemberId) -> Result<bool> {
    let sql = "SELECT FROM member WHERE id = $1 FOR UPDATE";
    let statement = database::statement(sql, [member.into()]);
    Ok(db.query_one_raw(statement).await?.is_some())
}

/// The members with these ids, in no particular order.
pub async fn find(db: &impl Fetch, ids: &[MemberId], now: DateTime<Utc>) -> Result<Vec<Member>> {
    let ids: Value = uuid_array(ids.iter().map(|id| id.0));
    let statement = database::statement(
        format!("SELECT {COLUMNS} FROM {TABLES} WHERE m.id = ANY($1)"),
        [ids],
    );
    let rows: Vec<MemberRow> = db.fetch(statement).await?;
    Ok(rows.into_iter().map(|row| row.member(now)).collect())
}

impl MemberRow {
    pub(crate) fn member(self, now: DateTime<Utc>) -> Member {
        let entitlement = self.will_renew.map(|will_renew| Entitlement {
            provider: self.provider,
            trial_ends_at: self.trial_ends_at,
            expires_at: self.expires_at,
            grace_ends_at: self.grace_ends_at,
            will_renew,
        });
        let subscription = entitlement.map(|entitlement| entitlement.subscription_at(now));
        Member {
            id: self.id,
            display_name: self.display_name,
            email: self.email.map(EmailAddress::unvalidated),
            email_confirmed_at: self.email_confirmed_at,
            email_code_requested_at: self.email_code_requested_at,
            health_data: self.health_data,
            locale: self.locale,
            time_zone: time_zone::parse_stored(&self.time_zone, self.id),
            units: self.units,
            access: (subscription.as_ref())
                .map_or(Access::None, |subscription| subscription.access),
            subscription,
            purchase_token: self.purchase_token.to_string(),
            deletion_final_at: self.deletion_final_at,
        }
    }
}
