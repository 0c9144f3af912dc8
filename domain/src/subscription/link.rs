//! Linking purchases to members.

use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Entitlement, SubscriptionProvider, purchase::Purchase};
use crate::{
    Error, Result,
    command::{Command, Refusal, UserError, UserErrorCode, Work},
    database,
    id::MemberId,
    member,
    partner::SubscriptionRecord,
};

/// Links a purchase that its shop has confirmed to the member. One that is linked already takes over what is newer.
#[derive(Clone, Debug, Serialize)]
pub struct LinkPurchase {
    /// The shop.
    pub provider: SubscriptionProvider,
    /// What the shop handed to the app.
    pub purchase: String,
    /// What the shop says of it; no argument, for what it says may change from one retry to the next.
    #[serde(skip)]
    pub confirmed: Purchase,
}

/// Which subscription it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Linked {
    /// Whose.
    pub member: MemberId,
    /// The shop.
    pub provider: SubscriptionProvider,
    /// What the shop calls it.
    pub external_id: String,
}

impl Command for LinkPurchase {
    const NAME: &'static str = "linkPurchase";
    type Outcome = Linked;

    async fn run(&self, work: &mut Work<'_>) -> Result<Linked, Refusal> {
        let (member, now) = (work.member()?.id, work.now());
        let before = work.member()?.subscription.clone();
        let db = work.transaction();
        let Purchase {
            external_id,
            purchase_token,
            entitlement,
            reported_at,
        } = &self.confirmed;
        if let Some(token) = purchase_token
            && bought_by_another(db, *token, member).await?
        {
            return Err(linked_elsewhere().into());
        }
        if !link(db, member, self.provider, external_id, now).await? {
            return Err(linked_elsewhere().into());
        }
        let (shop, id) = (self.provider, work.new_id());
        report(db, id, member, shop, external_id, entitlement, *reported_at).await?;
        if let Some((waited, reported_at)) = take_waiting(db, self.provider, external_id).await? {
            report(db, id, member, shop, external_id, &waited, reported_at).await?;
        }
        let found = member::find(db, &[member], now).await?.pop();
        let after = found.and_then(|member| member.subscription);
        if let Some(counts) = after.filter(|after| before.as_ref() != Some(after)) {
            work.owe(&SubscriptionRecord {
                access: counts.access,
                provider: counts.provider,
                expires_at: counts.expires_at,
                trial_ends_at: counts.trial_ends_at,
                will_renew: counts.will_renew,
            })?;
        }
        Ok(Linked {
            member,
            provider: self.provider,
            external_id: external_id.clone(),
        })
    }
}

fn linked_elsewhere() -> UserError {
    let message = "this purchase belongs to another account";
    UserError::new(UserErrorCode::PurchaseLinkedElsewhere, message, "purchase")
}

/// Whether the app handed the token of another member to the shop. That of an account which is gone is nobody's.
async fn bought_by_another(
    db: &impl ConnectionTrait,
    token: Uuid,
    member: MemberId,
) -> Result<bool> {
    let sql = "SELECT FROM member WHERE purchase_token = $1 AND id <> $2";
    let statement = database::statement(sql, [token.into(), member.into()]);
    Ok(db.query_one_raw(statement).await?.is_some())
}

/// Links a purchase; false when it is another member's. Who links it at the same time is waited for.
async fn link(
    db: &impl ConnectionTrait,
    member: MemberId,
    provider: SubscriptionProvider,
    external_id: &str,
    now: DateTime<Utc>,
) -> Result<bool> {
    let sql = "
        INSERT INTO subscription_link (member_id, provider, external_id, linked_at)
        VALUES ($1, $2, $3, $4)
        ON CONFLICT (provider, external_id) DO NOTHING";
    let key = || [member.into(), provider.into(), external_id.into()];
    let values = key().into_iter().chain([now.into()]);
    let linked = db.execute_raw(database::statement(sql, values)).await?;
    if linked.rows_affected() == 1 {
        return Ok(true);
    }
    let sql = "
        SELECT FROM subscription_link
        WHERE member_id = $1 AND provider = $2 AND external_id = $3";
    let own = db.query_one_raw(database::statement(sql, key())).await?;
    Ok(own.is_some())
}

/// Records what a shop says of a linked purchase, unless it said something newer before; `id` is for a new row.
async fn report(
    db: &impl ConnectionTrait,
    id: Uuid,
    member: MemberId,
    provider: SubscriptionProvider,
    external_id: &str,
    entitlement: &Entitlement,
    reported_at: DateTime<Utc>,
) -> Result<()> {
    let sql = "
        INSERT INTO subscription AS s
            (member_id, id, provider, external_id, trial_ends_at, expires_at, grace_ends_at, will_renew, updated_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        ON CONFLICT (provider, external_id) DO UPDATE
        SET trial_ends_at = excluded.trial_ends_at, expires_at = excluded.expires_at,
            grace_ends_at = excluded.grace_ends_at, will_renew = excluded.will_renew,
            updated_at = excluded.updated_at
        WHERE s.member_id = excluded.member_id AND s.updated_at < excluded.updated_at";
    let values = [
        member.into(),
        id.into(),
        provider.into(),
        external_id.into(),
        entitlement.trial_ends_at.into(),
        entitlement.expires_at.into(),
        entitlement.grace_ends_at.into(),
        entitlement.will_renew.into(),
        reported_at.into(),
    ];
    db.execute_raw(database::statement(sql, values)).await?;
    Ok(())
}

/// What a shop reported before there was anybody to report it for.
async fn take_waiting(
    db: &impl ConnectionTrait,
    provider: SubscriptionProvider,
    external_id: &str,
) -> Result<Option<(Entitlement, DateTime<Utc>)>> {
    let sql = "
        DELETE FROM subscription_waiting
        WHERE provider = $1 AND external_id = $2
        RETURNING trial_ends_at, expires_at, grace_ends_at, will_renew, updated_at";
    let statement = database::statement(sql, [provider.into(), external_id.into()]);
    let row = db.query_one_raw(statement).await?;
    let waited = row.map(|row| {
        let entitlement = Entitlement {
            provider: Some(provider),
            trial_ends_at: row.try_get_by_index(0)?,
            expires_at: row.try_get_by_index(1)?,
            grace_ends_at: row.try_get_by_index(2)?,
            will_renew: row.try_get_by_index(3)?,
        };
        Ok::<_, Error>((entitlement, row.try_get_by_index(4)?))
    });
    waited.transpose()
}
