//! What shops say of purchases, whether they say it themselves or a member brings it along.
//!
//! What is said is about one transaction, or about how a subscription stands: see [`Statement`]. The last statement on
//! each thing is kept, so in whichever order they come, and however often, the rows end up the same. What the member
//! has is computed from all of them.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, Value};
use uuid::Uuid;

use super::{
    Entitlement, Stage, Statement, Subscription, SubscriptionProvider, kept, standing,
    statement::Subject,
};
use crate::{
    Error, Result, database, id, id::MemberId, member, outbox::Effects, partner::SubscriptionRecord,
};

/// What a shop says of a purchase.
#[derive(Clone, PartialEq, Eq)]
pub struct Report {
    /// The shop.
    pub provider: SubscriptionProvider,
    /// What it calls the subscription, over all its renewals.
    pub external_id: String,
    /// [`Member::purchase_token`](member::Member::purchase_token) of who bought it, where the app handed one over.
    pub purchase_token: Option<Uuid>,
    /// What it called the subscription that this one replaces: it is of the same member.
    pub replaces: Option<String>,
    /// What it says; empty where it only says whose it is.
    pub says: Vec<Statement>,
}

/// Without what names the buyer.
impl std::fmt::Debug for Report {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Report({:?}, {:?}, …)", self.provider, self.says)
    }
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
    /// One on how a subscription stands as a whole.
    pub fn on_subscription(
        provider: SubscriptionProvider,
        external_id: impl Into<String>,
        entitlement: &Entitlement,
        at: DateTime<Utc>,
        stage: Stage,
    ) -> Self {
        Self {
            provider,
            external_id: external_id.into(),
            purchase_token: None,
            replaces: None,
            says: Statement::on_subscription(entitlement, at, stage),
        }
    }

    /// The same, with the token of who bought it.
    #[must_use]
    pub fn by(self, purchase_token: Option<Uuid>) -> Self {
        Self {
            purchase_token,
            ..self
        }
    }

    /// Whether all that it speaks of was over before a moment.
    pub fn was_over_before(&self, moment: DateTime<Utc>) -> bool {
        let lasting =
            |it: &&Statement| matches!(it.subject, Subject::Subscription | Subject::Transaction);
        let mut ends = self.says.iter().filter(lasting).peekable();
        ends.peek().is_some() && ends.all(|it| it.ends_at.is_some_and(|end| end < moment))
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
            member::lock_by_id(db, member).await?;
        }
        self.lock(db).await?;
        if self.owner(db).await? != owner {
            return Ok(Applied::Again);
        }
        let Some(member) = owner else {
            if self.says.is_empty() {
                return Ok(Applied::OfNobody);
            }
            kept::merge(db, self).await?;
            return Ok(Applied::Waits);
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

    pub(super) fn key(&self) -> [Value; 2] {
        [self.provider.into(), self.external_id.as_str().into()]
    }

    /// Whose the purchase is: who has linked it, who bought it, or whose the one was that it replaces.
    pub(super) async fn owner(&self, db: &impl ConnectionTrait) -> Result<Option<MemberId>> {
        let sql = "
            SELECT COALESCE(
                (SELECT member_id FROM subscription_link WHERE provider = $1 AND external_id = $2),
                (SELECT id FROM member WHERE purchase_token = $3),
                (SELECT member_id FROM subscription_link WHERE provider = $1 AND external_id = $4)
            )";
        let others = [self.purchase_token.into(), self.replaces.clone().into()];
        let values = self.key().into_iter().chain(others);
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

    /// Keeps what is said, and has the member to whom the purchase is linked have what all that was ever said comes to.
    pub(super) async fn record(
        &self,
        db: &impl ConnectionTrait,
        member: MemberId,
        now: DateTime<Utc>,
    ) -> Result<()> {
        let known = kept::merge(db, self).await?;
        let last = known.iter().max_by_key(|it| &it.said);
        let given = standing::entitlement(self.provider, &known);
        let (Some(given), Some(last)) = (given, last) else {
            return Ok(());
        };
        let sql = "
            INSERT INTO subscription AS known (
                provider, external_id, member_id, id,
                trial_ends_at, expires_at, grace_ends_at, will_renew, updated_at, said
            )
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            ON CONFLICT (provider, external_id) DO UPDATE
            SET trial_ends_at = excluded.trial_ends_at, expires_at = excluded.expires_at,
                grace_ends_at = excluded.grace_ends_at, will_renew = excluded.will_renew,
                updated_at = excluded.updated_at, said = excluded.said
            WHERE known.member_id = excluded.member_id
                AND (known.trial_ends_at, known.expires_at, known.grace_ends_at, known.will_renew, known.said)
                    IS DISTINCT FROM
                    (excluded.trial_ends_at, excluded.expires_at, excluded.grace_ends_at, excluded.will_renew,
                     excluded.said)";
        let values = self.key().into_iter().chain([
            member.into(),
            id::at(now).into(),
            given.trial_ends_at.into(),
            given.expires_at.into(),
            given.grace_ends_at.into(),
            given.will_renew.into(),
            last.said_at.into(),
            last.said.as_str().into(),
        ]);
        db.execute_raw(database::statement(sql, values)).await?;
        Ok(())
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
