//! Linking purchases to members.

use chrono::Months;
use serde::{Deserialize, Serialize};

use super::{
    SubscriptionProvider,
    report::{Report, tell_partners},
};
use crate::{
    Error, Result,
    command::{Command, Obstacle, Refusal, UserError, Work},
    id::MemberId,
};

/// How long after its end a purchase can still be linked. What is older gives nothing, and what its shop has said of it
/// may be forgotten.
const LINKED_WITHIN: Months = Months::new(12);

/// Links a purchase that its shop has confirmed to the member. One that is linked already takes over what is newer.
#[derive(Clone, Debug, Serialize)]
pub struct LinkPurchase {
    /// The shop.
    pub provider: SubscriptionProvider,
    /// What the shop handed to the app.
    pub purchase: String,
    /// What the shop says of it, once it was asked; no argument, for what it says may change from one retry to the next.
    #[serde(skip)]
    pub confirmed: Option<Report>,
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
        let unconfirmed = || Error::Invariant("the shop was not asked".to_owned());
        let report = self.confirmed.as_ref().ok_or_else(unconfirmed)?;
        let oldest = now.checked_sub_months(LINKED_WITHIN);
        if oldest.is_some_and(|oldest| report.was_over_before(oldest)) {
            return Err(not_theirs().into());
        }
        report.lock(db).await?;
        let owner = report.owner(db).await?;
        if owner.is_some_and(|owner| owner != member) || !report.link(db, member, now).await? {
            return Err(not_theirs().into());
        }
        report.record(db, member, now).await?;
        let effects = work.effects();
        tell_partners(db, effects, member, before.as_ref(), now).await?;
        Ok(Linked {
            member,
            provider: self.provider,
            external_id: report.external_id.clone(),
        })
    }
}

/// One answer for all that is not theirs, so that nobody learns which purchases there are.
pub(super) fn not_theirs() -> UserError {
    UserError::new(Obstacle::PurchaseInvalid, "purchase")
}
