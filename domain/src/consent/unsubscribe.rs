//! Withdrawing by the link in a mail.

use sea_orm::{TransactionSession as _, TransactionTrait as _};

use super::{Answer, ConsentPurpose, answer::record};
use crate::{
    Result,
    clock::Clock,
    database::Session,
    mail::unsubscribe::Unsubscribing,
    member,
    outbox::{self, Effects},
};

/// Withdraws a member's consent to `MARKETING_EMAIL`, with all that follows from it, by the token of a mail: without
/// signing in (RFC 8058). Asked for again it changes nothing. False when the token is none of ours, or its member is
/// gone.
pub async fn unsubscribe(
    session: &Session,
    clock: &dyn Clock,
    tokens: &Unsubscribing,
    token: &str,
) -> Result<bool> {
    let Some(member) = tokens.member(token) else {
        return Ok(false);
    };
    let transaction = session.begin().await?;
    if !member::lock_by_id(&transaction, member).await? {
        transaction.rollback().await?;
        return Ok(false);
    }
    // Only now: who comes later is to have the later time.
    let now = clock.now();
    let answer = Answer {
        purpose: ConsentPurpose::MarketingEmail,
        granted: false,
    };
    let mut effects = Effects::new(Some(member), now);
    record(&transaction, &mut effects, member, &[answer], now).await?;
    outbox::insert(&transaction, effects.owed(), session.span(), now).await?;
    transaction.commit().await?;
    outbox::announce();
    Ok(true)
}
