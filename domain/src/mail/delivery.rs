//! The delivery of each email, by envelope: the table `email_delivery`. It holds neither addresses nor texts.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ConnectionTrait, DeriveActiveEnum, EnumIter, FromQueryResult, Value};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::DeliveryGuarantee;
use crate::{
    Result,
    database::{self, Purge},
    enums::stored_enum,
    id::MemberId,
};

stored_enum! {
    /// The state of an email's delivery.
    DeliveryState {
        /// An attempt to send it is in progress, or the process died during the attempt.
        Sending = "SENDING",
        /// The provider did not accept it; it is retried.
        Waiting = "WAITING",
        /// The provider accepted it.
        Sent = "SENT",
        /// It is not sent, for the reason in the column `reason`.
        Suppressed = "SUPPRESSED",
        /// The provider rejected it for good.
        Refused = "REFUSED",
        /// It is not sent, since it is too old to be useful.
        Expired = "EXPIRED",
        /// The provider may have accepted it; the template's delivery guarantee decides whether it is retried.
        Unknown = "UNKNOWN",
    }
}

stored_enum! {
    /// Why an email is not sent.
    Suppression {
        /// A budget of the member or the mailbox is exhausted.
        Budget = "BUDGET",
        /// The member has not confirmed the address.
        Unconfirmed = "UNCONFIRMED",
        /// The member does not consent to such emails.
        Consent = "CONSENT",
        /// The member, their address, or the subject of the email no longer exists.
        NoRecipient = "NO_RECIPIENT",
    }
}

/// The record of an email's delivery.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct EmailDelivery {
    /// The id of the queue message's envelope.
    pub envelope_id: Uuid,
    /// The recipient; `None` if the recipient is not a member, or no longer one.
    pub member_id: Option<MemberId>,
    /// The template, which is the envelope's kind.
    pub template: String,
    /// The state of the delivery.
    pub state: DeliveryState,
    /// Why it is not sent, if it is suppressed.
    pub reason: Option<Suppression>,
    /// How many attempts to send it were begun.
    pub attempts: i32,
    /// The provider's id of the email.
    pub provider_id: Option<String>,
    /// When the first attempt was begun, or the email was suppressed.
    pub created_at: DateTime<Utc>,
    /// When `state` was last written.
    pub changed_at: DateTime<Utc>,
}

/// The columns that identify an email's delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeliveryKey {
    /// The id of the queue message's envelope.
    pub envelope: Uuid,
    /// The recipient, if it is a member.
    pub member: Option<MemberId>,
    /// The template, which is the envelope's kind.
    pub template: &'static str,
}

/// Whether an email may be sent now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SendDecision {
    /// Yes, as the attempt of this number, from 1.
    Send(i32),
    /// No: its delivery has ended in this state before.
    Finished(DeliveryState),
    /// Not yet: another attempt is in progress.
    InProgress,
    /// No: an earlier attempt may have sent it, and it must not be sent twice.
    MayHaveBeenSent,
}

/// The member's id, or null if the member no longer exists: an email may still be in a queue after its member was
/// erased.
const MEMBER: &str = "(SELECT id FROM member WHERE id = $2)";

/// Begins an attempt to send an email. The caller must commit before it sends: a process that dies in between then
/// leaves a record of the attempt, which prevents a second attempt with an at-most-once guarantee. An attempt takes no
/// longer than `send_timeout`; one that has not ended by then belongs to a process that died.
pub async fn begin(
    db: &impl ConnectionTrait,
    key: &DeliveryKey,
    guarantee: DeliveryGuarantee,
    now: DateTime<Utc>,
    send_timeout: TimeDelta,
) -> Result<SendDecision> {
    let abandoned = now - send_timeout;
    let retryable = match guarantee {
        DeliveryGuarantee::AtLeastOnce => {
            "(d.state IN ('WAITING', 'UNKNOWN') OR d.state = 'SENDING' AND d.changed_at <= $5::timestamptz)"
        }
        DeliveryGuarantee::AtMostOnce => "d.state = 'WAITING' AND $5::timestamptz IS NOT NULL",
    };
    let sql = format!(
        "
        INSERT INTO email_delivery AS d
            (envelope_id, member_id, template, state, attempts, created_at, changed_at)
        VALUES ($1, {MEMBER}, $3, 'SENDING', 1, $4, $4)
        ON CONFLICT (envelope_id) DO UPDATE
        SET state = 'SENDING', attempts = d.attempts + 1, changed_at = $4
        WHERE {retryable}
        RETURNING attempts"
    );
    let member = key.member.map(|member| member.0);
    let values: [Value; 5] = [
        key.envelope.into(),
        member.into(),
        key.template.into(),
        now.into(),
        abandoned.into(),
    ];
    loop {
        let statement = database::statement(&sql, values.clone());
        if let Some(row) = db.query_one_raw(statement).await? {
            return Ok(SendDecision::Send(row.try_get_by_index(0)?));
        }
        let Some(found) = find(db, key.envelope).await? else {
            // Purged since the statement before.
            continue;
        };
        match found.state {
            DeliveryState::Sending if found.changed_at > abandoned => {
                return Ok(SendDecision::InProgress);
            }
            DeliveryState::Sending | DeliveryState::Unknown
                if guarantee == DeliveryGuarantee::AtMostOnce =>
            {
                return Ok(SendDecision::MayHaveBeenSent);
            }
            // Another attempt has ended since the statement: try again.
            DeliveryState::Waiting | DeliveryState::Sending | DeliveryState::Unknown => {}
            state => return Ok(SendDecision::Finished(state)),
        }
    }
}

/// Records the state of an email's delivery. To be called in the transaction that inserts the envelope into the inbox.
/// A final state is not overwritten by a slower worker, except by [`DeliveryState::Sent`].
pub async fn record(
    db: &impl ConnectionTrait,
    key: &DeliveryKey,
    state: DeliveryState,
    provider_id: Option<&str>,
    now: DateTime<Utc>,
) -> Result<()> {
    let sql = format!(
        "
        INSERT INTO email_delivery AS d
            (envelope_id, member_id, template, state, attempts, provider_id, created_at, changed_at)
        VALUES ($1, {MEMBER}, $3, $4, 0, $5, $6, $6)
        ON CONFLICT (envelope_id) DO UPDATE
        SET state = $4, provider_id = $5, changed_at = $6
        WHERE d.state IN ('SENDING', 'WAITING', 'UNKNOWN') OR d.state <> 'SENT' AND $4 = 'SENT'"
    );
    let values = [
        key.envelope.into(),
        key.member.map(|member| member.0).into(),
        key.template.into(),
        state.into(),
        provider_id.into(),
        now.into(),
    ];
    db.execute_raw(database::statement(&sql, values)).await?;
    Ok(())
}

/// Records that an email is not sent, and why. To be called in the transaction that inserts the envelope into the
/// inbox. A final state is not overwritten.
pub async fn suppress(
    db: &impl ConnectionTrait,
    key: &DeliveryKey,
    reason: Suppression,
    now: DateTime<Utc>,
) -> Result<()> {
    let sql = format!(
        "
        INSERT INTO email_delivery AS d
            (envelope_id, member_id, template, state, reason, attempts, created_at, changed_at)
        VALUES ($1, {MEMBER}, $3, 'SUPPRESSED', $4, 0, $5, $5)
        ON CONFLICT (envelope_id) DO UPDATE
        SET state = 'SUPPRESSED', reason = $4, changed_at = $5
        WHERE d.state IN ('SENDING', 'WAITING', 'UNKNOWN')"
    );
    let values = [
        key.envelope.into(),
        key.member.map(|member| member.0).into(),
        key.template.into(),
        reason.into(),
        now.into(),
    ];
    db.execute_raw(database::statement(&sql, values)).await?;
    Ok(())
}

/// The record of an email's delivery; `None` before its first attempt.
pub async fn find(db: &impl ConnectionTrait, envelope: Uuid) -> Result<Option<EmailDelivery>> {
    let sql = "
        SELECT envelope_id, member_id, template, state, reason, attempts, provider_id, created_at, changed_at
        FROM email_delivery
        WHERE envelope_id = $1";
    let statement = database::statement(sql, [envelope.into()]);
    Ok(EmailDelivery::find_by_statement(statement).one(db).await?)
}

/// Deletes records, by when they were last written.
pub const PURGE: Purge = Purge::new("email_delivery", "envelope_id", "changed_at");
