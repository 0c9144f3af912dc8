//! Withdrawing the consent to marketing mail with the link in a mail.

use sea_orm::{TransactionSession as _, TransactionTrait as _};

use super::{Answer, ConsentPurpose, answer::record};
use crate::{
    Result,
    clock::Clock,
    database::Session,
    mail::unsubscribe::UnsubscribeTokens,
    member,
    outbox::{self, OutboxBatch},
};

/// Withdraws a member's consent to `MARKETING_EMAIL` with the token of a mail, without signing in (RFC 8058).
/// Idempotent. Returns false if the token is not valid, or its member has been erased.
pub async fn unsubscribe(
    session: &Session,
    clock: &dyn Clock,
    tokens: &UnsubscribeTokens,
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
    // Read after the lock, so that times are in the order in which answers are recorded.
    let now = clock.now();
    let answer = Answer {
        purpose: ConsentPurpose::MarketingEmail,
        granted: false,
    };
    let mut outbox = OutboxBatch::new(Some(member), now);
    record(&transaction, &mut outbox, member, &[answer], now).await?;
    outbox::insert(&transaction, outbox.messages(), session.span()).await?;
    transaction.commit().await?;
    outbox::notify_relays();
    Ok(true)
}
