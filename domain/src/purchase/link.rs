//! Linking purchases to members.

use chrono::Months;
use serde::{Deserialize, Serialize};

use super::report::{Report, notify_partners};
use crate::{
    Error, Result,
    command::{Command, CommandContext, CommandError, UserError, UserErrorReason},
    id::MemberId,
    subscription::SubscriptionProvider,
};

/// How long after its end a purchase can still be linked. An older one grants nothing, and its statements may have been
/// purged.
const LINK_WINDOW: Months = Months::new(12);

/// Links a purchase that its shop has confirmed to the member. If it is linked to them already, newer statements are
/// recorded.
#[derive(Clone, Debug, Serialize)]
pub struct LinkPurchase {
    /// The shop.
    pub provider: SubscriptionProvider,
    /// The proof of purchase that the app received from the shop.
    pub purchase: String,
    /// The shop's report, once the purchase is confirmed. It is not an argument, since it may differ between retries.
    #[serde(skip)]
    pub confirmed: Option<Report>,
}

/// The output of [`LinkPurchase`]: the linked subscription.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Linked {
    /// The owner.
    pub member: MemberId,
    /// The shop.
    pub provider: SubscriptionProvider,
    /// The shop's id of the subscription.
    pub external_id: String,
}

impl Command for LinkPurchase {
    const NAME: &'static str = "linkPurchase";
    type Output = Linked;

    async fn run(&self, context: &mut CommandContext<'_>) -> Result<Linked, CommandError> {
        let (member, now) = (context.member()?.id, context.now());
        let before = context.member()?.subscription.clone();
        let db = context.transaction();
        let unconfirmed =
            || Error::Invariant("the purchase was not confirmed with its shop".to_owned());
        let report = self.confirmed.as_ref().ok_or_else(unconfirmed)?;
        let oldest = now.checked_sub_months(LINK_WINDOW);
        if oldest.is_some_and(|oldest| report.ended_before(oldest)) {
            return Err(invalid_purchase().into());
        }
        report.lock(db).await?;
        let owner = report.owner(db).await?;
        if owner.is_some_and(|owner| owner != member) || !report.link(db, member, now).await? {
            return Err(invalid_purchase().into());
        }
        report.record(db, member, now).await?;
        let outbox = context.outbox();
        notify_partners(db, outbox, member, before.as_ref(), now).await?;
        Ok(Linked {
            member,
            provider: self.provider,
            external_id: report.external_id.clone(),
        })
    }
}

/// The same user error for all reasons, so that it does not reveal which purchases exist.
pub(super) fn invalid_purchase() -> UserError {
    UserError::new(UserErrorReason::PurchaseInvalid, "purchase")
}
