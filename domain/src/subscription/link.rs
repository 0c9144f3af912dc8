//! Linking purchases to members.

use sea_orm::ConnectionTrait;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    SubscriptionProvider,
    purchase::Purchase,
    report::{Report, tell_partners},
};
use crate::{
    Result,
    command::{Command, Refusal, UserError, UserErrorCode, Work},
    database,
    id::MemberId,
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
        let report = Report::of_purchase(self.provider, self.confirmed.clone());
        if let Some(token) = report.purchase_token
            && bought_by_another(db, token, member).await?
        {
            return Err(linked_elsewhere().into());
        }
        report.lock(db).await?;
        if !report.link(db, member, now).await? {
            return Err(linked_elsewhere().into());
        }
        report.record(db, member, now).await?;
        let effects = work.effects();
        tell_partners(db, effects, member, before.as_ref(), now).await?;
        Ok(Linked {
            member,
            provider: self.provider,
            external_id: report.external_id,
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
