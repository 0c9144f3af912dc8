//! What shops say of subscriptions, whether they say it themselves or a member brings it along.
//!
//! Reports of one subscription have an order: their time, then what tells two of one time apart. One that comes before
//! what was said already changes nothing, so in whichever order they come, and however often, the row ends up the same.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, Value};
use uuid::Uuid;

use super::{Entitlement, Subscription, SubscriptionProvider, purchase::Purchase};
use crate::{
    Error, Result, database, id, id::MemberId, member, outbox::Effects, partner::SubscriptionRecord,
};

/// What is kept of a report, in `subscription` and in `subscription_waiting`.
const COLUMNS: &str = "
    provider, external_id, trial_ends_at, expires_at, grace_ends_at, will_renew, updated_at, said";

/// Has a row follow a report that comes after what the row, `known`, has.
const NEWER: &str = "
    ON CONFLICT (provider, external_id) DO UPDATE
    SET trial_ends_at = excluded.trial_ends_at, expires_at = excluded.expires_at,
        grace_ends_at = excluded.grace_ends_at, will_renew = excluded.will_renew,
        updated_at = excluded.updated_at, said = excluded.said
    WHERE known.said < excluded.said";

/// Where in a subscription's life a report belongs: of two of one time, the later stage counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// It begins.
    Begun,
    /// It goes on, in whichever way.
    Changed,
    /// It is over.
    Over,
}

/// What a shop says of a subscription.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The shop.
    pub provider: SubscriptionProvider,
    /// What it calls the subscription, over all its renewals.
    pub external_id: String,
    /// [`Member::purchase_token`](member::Member::purchase_token) of who bought it, where the app handed one over.
    pub purchase_token: Option<Uuid>,
    /// What it gives; `None` where the shop only says whose it is.
    pub entitlement: Option<Entitlement>,
    /// When the shop said so.
    pub at: DateTime<Utc>,
    /// Where in the subscription's life it belongs.
    pub stage: Stage,
}

/// What came of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applied {
    /// It is the member's.
    Recorded(MemberId),
    /// It waits until somebody links the purchase.
    Waits,
    /// It says whose the subscription is, and names nobody here.
    OfNobody,
    /// Whose it is has changed meanwhile: it is to be tried again.
    Again,
}

impl Report {
    /// What a shop says when it is asked.
    pub fn of_purchase(provider: SubscriptionProvider, purchase: Purchase) -> Self {
        Self {
            provider,
            external_id: purchase.external_id,
            purchase_token: purchase.purchase_token,
            entitlement: Some(purchase.entitlement),
            at: purchase.reported_at,
            stage: Stage::Changed,
        }
    }

    /// Takes it over, for the member to whom the purchase is linked, or who bought it, or for whoever links it. To be
    /// called in a transaction, with the effects that it owes.
    pub async fn apply(
        &self,
        db: &impl ConnectionTrait,
        effects: &mut Effects,
        now: DateTime<Utc>,
    ) -> Result<Applied> {
        let owner = self.owner(db).await?;
        if let Some(member) = owner {
            // As commands do: what partners are told keeps its order.
            let sql = "SELECT FROM member WHERE id = $1 FOR UPDATE";
            let statement = database::statement(sql, [member.into()]);
            db.query_one_raw(statement).await?;
        }
        self.lock(db).await?;
        if self.owner(db).await? != owner {
            return Ok(Applied::Again);
        }
        let Some(member) = owner else {
            return self.wait(db).await;
        };
        effects.concern(member);
        let found = member::find(db, &[member], now).await?.pop();
        let before = found.and_then(|member| member.subscription);
        self.link(db, member, now).await?;
        self.record(db, member, now).await?;
        tell_partners(db, effects, member, before.as_ref(), now).await?;
        Ok(Applied::Recorded(member))
    }

    /// Has others wait who link or report the same subscription, until the transaction ends.
    pub(super) async fn lock(&self, db: &impl ConnectionTrait) -> Result<()> {
        let sql =
            "SELECT pg_advisory_xact_lock(hashtextextended('subscription ' || $1 || ' ' || $2, 0))";
        db.execute_raw(database::statement(sql, self.key())).await?;
        Ok(())
    }

    fn key(&self) -> [Value; 2] {
        [self.provider.into(), self.external_id.as_str().into()]
    }

    async fn owner(&self, db: &impl ConnectionTrait) -> Result<Option<MemberId>> {
        let sql = "
            SELECT COALESCE(
                (SELECT member_id FROM subscription_link WHERE provider = $1 AND external_id = $2),
                (SELECT id FROM member WHERE purchase_token = $3)
            )";
        let token = [self.purchase_token.into()];
        let values = self.key().into_iter().chain(token);
        let row = db.query_one_raw(database::statement(sql, values)).await?;
        let row = row.ok_or_else(|| Error::Invariant("no answer on an owner".to_owned()))?;
        Ok(row.try_get_by_index(0)?)
    }

    /// Links the purchase; false when it is another member's.
    pub(super) async fn link(
        &self,
        db: &impl ConnectionTrait,
        member: MemberId,
        now: DateTime<Utc>,
    ) -> Result<bool> {
        let sql = "
            INSERT INTO subscription_link (provider, external_id, member_id, linked_at)
            VALUES ($1, $2, $3, $4)
            ON CONFLICT (provider, external_id) DO NOTHING";
        let values = self.key().into_iter().chain([member.into(), now.into()]);
        let linked = db.execute_raw(database::statement(sql, values)).await?;
        if linked.rows_affected() == 1 {
            return Ok(true);
        }
        let sql = "
            SELECT FROM subscription_link
            WHERE provider = $1 AND external_id = $2 AND member_id = $3";
        let values = self.key().into_iter().chain([member.into()]);
        let own = db.query_one_raw(database::statement(sql, values)).await?;
        Ok(own.is_some())
    }

    /// Records it for the member to whom it is linked, and what has waited for them.
    pub(super) async fn record(
        &self,
        db: &impl ConnectionTrait,
        member: MemberId,
        now: DateTime<Utc>,
    ) -> Result<()> {
        let into = format!("INSERT INTO subscription AS known ({COLUMNS}, member_id, id)");
        let newer = format!("{NEWER} AND known.member_id = excluded.member_id");
        let own: [Value; 2] = [member.into(), id::at(now).into()];
        if let Some(values) = self.values() {
            let sql = format!("{into} VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) {newer}");
            let values = values.into_iter().chain(own.clone());
            db.execute_raw(database::statement(&sql, values)).await?;
        }
        let sql = format!(
            "
            WITH waited AS (
                DELETE FROM subscription_waiting
                WHERE provider = $1 AND external_id = $2
                RETURNING {COLUMNS}
            )
            {into} SELECT waited.*, $3::uuid, $4::uuid FROM waited {newer}"
        );
        let values = self.key().into_iter().chain(own);
        db.execute_raw(database::statement(&sql, values)).await?;
        Ok(())
    }

    async fn wait(&self, db: &impl ConnectionTrait) -> Result<Applied> {
        let Some(values) = self.values() else {
            return Ok(Applied::OfNobody);
        };
        let sql = format!(
            "
            INSERT INTO subscription_waiting AS known ({COLUMNS})
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8) {NEWER}"
        );
        db.execute_raw(database::statement(&sql, values)).await?;
        Ok(Applied::Waits)
    }

    fn values(&self) -> Option<[Value; 8]> {
        let entitlement = self.entitlement.as_ref()?;
        let [provider, external_id] = self.key();
        Some([
            provider,
            external_id,
            entitlement.trial_ends_at.into(),
            entitlement.expires_at.into(),
            entitlement.grace_ends_at.into(),
            entitlement.will_renew.into(),
            self.at.into(),
            self.said(entitlement).into(),
        ])
    }

    /// Sorts as text: by time, then by stage, and then by what it says, so that no two reports that differ are equal.
    fn said(&self, entitlement: &Entitlement) -> String {
        let micros = |at: Option<DateTime<Utc>>| at.map_or(0, |at| at.timestamp_micros().max(0));
        format!(
            "{:020} {} {:020} {:020} {:020} {}",
            micros(Some(self.at)),
            self.stage as u8,
            micros(entitlement.expires_at),
            micros(entitlement.trial_ends_at),
            micros(entitlement.grace_ends_at),
            u8::from(entitlement.will_renew),
        )
    }
}

/// Owes partners what the member's subscription is now, if it is not what it was.
pub(super) async fn tell_partners(
    db: &impl ConnectionTrait,
    effects: &mut Effects,
    member: MemberId,
    before: Option<&Subscription>,
    now: DateTime<Utc>,
) -> Result<()> {
    let found = member::find(db, &[member], now).await?.pop();
    let after = found.and_then(|member| member.subscription);
    if let Some(counts) = after.filter(|after| before != Some(after)) {
        effects.owe(&SubscriptionRecord {
            access: counts.access,
            provider: counts.provider,
            expires_at: counts.expires_at,
            trial_ends_at: counts.trial_ends_at,
            will_renew: counts.will_renew,
        })?;
    }
    Ok(())
}
