//! Reports of shops on purchases, whether a shop sends them or a member presents a purchase.
//!
//! A report consists of statements about single transactions or about the state of the subscription: see [`Statement`].
//! Only the latest statement on each subject is stored, so the rows do not depend on the order of the reports, nor on
//! duplicates. The member's entitlement is computed from all stored statements.

use chrono::{DateTime, Utc};
use sea_orm::Value;
use uuid::Uuid;

use super::statement_store;
use crate::{
    Error, Result,
    database::{self, Fetch},
    id::{self, MemberId},
    member,
    outbox::OutboxBatch,
    partner::SubscriptionRecord,
    subscription::{
        Entitlement, Stage, Statement, Subscription, SubscriptionProvider, standing,
        statement::Subject,
    },
};

/// A shop's report on a purchase.
#[derive(Clone, PartialEq, Eq)]
pub struct Report {
    /// The shop.
    pub provider: SubscriptionProvider,
    /// The shop's id of the subscription, the same for all renewals.
    pub external_id: String,
    /// [`Member::purchase_token`](member::Member::purchase_token) of the buyer, if the app passed one to the shop.
    pub purchase_token: Option<Uuid>,
    /// The shop's id of the subscription that this one replaces, which has the same owner.
    pub replaces: Option<String>,
    /// The statements; empty if the report only states the owner.
    pub statements: Vec<Statement>,
}

/// Omits what identifies the buyer.
impl std::fmt::Debug for Report {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            formatter,
            "Report({:?}, {:?}, …)",
            self.provider, self.statements
        )
    }
}

/// The result of applying a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReportOutcome {
    /// It was recorded for the member.
    Recorded(MemberId),
    /// The purchase has no owner yet: the statements are stored until a member links it.
    AwaitingLink,
    /// It only states the owner, who is not a member of this installation.
    UnknownMember,
    /// The owner has changed meanwhile: the caller must retry in a new transaction.
    Retry,
}

impl Report {
    /// A report on the state of a subscription as a whole.
    pub fn for_subscription(
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
            statements: Statement::for_subscription(entitlement, at, stage),
        }
    }

    /// Sets the token of the buyer.
    #[must_use]
    pub fn with_purchase_token(self, purchase_token: Option<Uuid>) -> Self {
        Self {
            purchase_token,
            ..self
        }
    }

    /// Whether all periods that it states ended before a time.
    pub fn ended_before(&self, time: DateTime<Utc>) -> bool {
        let has_period =
            |it: &&Statement| matches!(it.subject, Subject::Subscription | Subject::Transaction);
        let mut ends = self.statements.iter().filter(has_period).peekable();
        ends.peek().is_some() && ends.all(|it| it.ends_at.is_some_and(|end| end < time))
    }

    /// Records the report for the owner of the purchase, or stores it until a member links the purchase. Must be called
    /// in a transaction, which must also insert the messages of `outbox`.
    pub async fn apply(
        &self,
        db: &impl Fetch,
        outbox: &mut OutboxBatch,
        now: DateTime<Utc>,
    ) -> Result<ReportOutcome> {
        let owner = self.owner(db).await?;
        if let Some(member) = owner {
            // As commands do, so that messages to partners keep their order.
            member::lock_by_id(db, member).await?;
        }
        self.lock(db).await?;
        if self.owner(db).await? != owner {
            return Ok(ReportOutcome::Retry);
        }
        let Some(member) = owner else {
            if self.statements.is_empty() {
                return Ok(ReportOutcome::UnknownMember);
            }
            statement_store::merge(db, self).await?;
            return Ok(ReportOutcome::AwaitingLink);
        };
        outbox.set_member(member);
        let found = member::find(db, &[member], now).await?.pop();
        let before = found.and_then(|member| member.subscription);
        self.link(db, member, now).await?;
        self.record(db, member, now).await?;
        notify_partners(db, outbox, member, before.as_ref(), now).await?;
        Ok(ReportOutcome::Recorded(member))
    }

    /// Locks the subscription against concurrent links and reports until the transaction ends.
    pub(super) async fn lock(&self, db: &impl Fetch) -> Result<()> {
        let sql =
            "SELECT pg_advisory_xact_lock(hashtextextended('subscription ' || $1 || ' ' || $2, 0))";
        db.execute_raw(database::statement(sql, self.key())).await?;
        Ok(())
    }

    pub(super) fn key(&self) -> [Value; 2] {
        [self.provider.into(), self.external_id.as_str().into()]
    }

    /// The owner of the purchase: the member who linked it, else the buyer, else the owner of the purchase that it
    /// replaces.
    pub(super) async fn owner(&self, db: &impl Fetch) -> Result<Option<MemberId>> {
        let sql = "
            SELECT COALESCE(
                (SELECT member_id FROM subscription_link WHERE provider = $1 AND external_id = $2),
                (SELECT id FROM member WHERE purchase_token = $3),
                (SELECT member_id FROM subscription_link WHERE provider = $1 AND external_id = $4)
            )";
        let others = [self.purchase_token.into(), self.replaces.clone().into()];
        let values = self.key().into_iter().chain(others);
        let row = db.query_one_raw(database::statement(sql, values)).await?;
        let row = row
            .ok_or_else(|| Error::Invariant("the query for an owner returned no row".to_owned()))?;
        Ok(row.try_get_by_index(0)?)
    }

    /// Links the purchase to the member; false if it is linked to another member.
    pub(super) async fn link(
        &self,
        db: &impl Fetch,
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

    /// Stores the statements, and updates the member's subscription to the entitlement that follows from all stored
    /// statements.
    pub(super) async fn record(
        &self,
        db: &impl Fetch,
        member: MemberId,
        now: DateTime<Utc>,
    ) -> Result<()> {
        let statements = statement_store::merge(db, self).await?;
        let latest = statements.iter().max_by_key(|it| &it.said);
        let entitlement = standing::entitlement(self.provider, &statements);
        let (Some(entitlement), Some(latest)) = (entitlement, latest) else {
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
            id::new_v7(now).into(),
            entitlement.trial_ends_at.into(),
            entitlement.expires_at.into(),
            entitlement.grace_ends_at.into(),
            entitlement.will_renew.into(),
            latest.said_at.into(),
            latest.said.as_str().into(),
        ]);
        db.execute_raw(database::statement(sql, values)).await?;
        Ok(())
    }
}

/// Enqueues the member's subscription for the partners if it has changed.
pub(super) async fn notify_partners(
    db: &impl Fetch,
    outbox: &mut OutboxBatch,
    member: MemberId,
    before: Option<&Subscription>,
    now: DateTime<Utc>,
) -> Result<()> {
    let found = member::find(db, &[member], now).await?.pop();
    let after = found.and_then(|member| member.subscription);
    if let Some(subscription) = after.filter(|after| before != Some(after)) {
        outbox.enqueue(&SubscriptionRecord {
            access: subscription.access,
            provider: subscription.provider,
            expires_at: subscription.expires_at,
            trial_ends_at: subscription.trial_ends_at,
            will_renew: subscription.will_renew,
        })?;
    }
    Ok(())
}
