//! What became of each mail, by envelope: the table `email_delivery`. It holds neither an address nor a text.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ConnectionTrait, DeriveActiveEnum, EnumIter, FromQueryResult, Value};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Repeat;
use crate::{
    Result,
    database::{self, Sweep},
    id::MemberId,
    preferences::stored_enum,
};

stored_enum! {
    /// How far a mail has come.
    DeliveryState {
        /// It is being handed over; or the process ended while it was.
        Sending = "SENDING",
        /// It was not taken, and is to be tried again.
        Waiting = "WAITING",
        /// It was taken.
        Sent = "SENT",
        /// It is not sent, for the reason that stands beside it.
        Suppressed = "SUPPRESSED",
        /// It will never be taken.
        Refused = "REFUSED",
        /// It was too late to be of use.
        Expired = "EXPIRED",
        /// It may have been taken; whether it is tried again is the template's choice.
        Unknown = "UNKNOWN",
    }
}

stored_enum! {
    /// Why a mail is not sent.
    Suppression {
        /// The member or the mailbox has had as many as there may be.
        Budget = "BUDGET",
        /// The member has not confirmed the address.
        Unconfirmed = "UNCONFIRMED",
        /// The member wants no such mail.
        Consent = "CONSENT",
        /// The member, their address, or what it is about is gone.
        NoRecipient = "NO_RECIPIENT",
    }
}

/// A mail, as it is recorded.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Delivery {
    /// The envelope.
    pub envelope_id: Uuid,
    /// Whom it is for; `None` for who is no member, or none any more.
    pub member_id: Option<MemberId>,
    /// The template: the envelope's kind.
    pub template: String,
    /// How far it has come.
    pub state: DeliveryState,
    /// Why it is not sent, where it is suppressed.
    pub reason: Option<Suppression>,
    /// How often it was handed over, or begun to be.
    pub attempts: i32,
    /// The id that it has at the provider.
    pub provider_id: Option<String>,
    /// When it was first dealt with.
    pub created_at: DateTime<Utc>,
    /// When `state` was last written.
    pub changed_at: DateTime<Utc>,
}

/// Which mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Letterhead<'a> {
    /// The envelope.
    pub envelope: Uuid,
    /// Whom it is for.
    pub member: Option<MemberId>,
    /// The template: the envelope's kind.
    pub template: &'a str,
}

/// Whether a mail may be handed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begun {
    /// Yes: for which time.
    Send(i32),
    /// No: it came to its end before.
    Over(DeliveryState),
    /// Not yet: another try is under way.
    Busy,
    /// No: an earlier try may have sent it, and it must not be sent twice.
    MayBeSent,
}

/// A letter may come after its member is gone, from a queue that erasing does not reach: it is recorded as nobody's.
const MEMBER: &str = "(SELECT id FROM member WHERE id = $2)";

/// Begins to hand a mail over. The caller commits before it does: only so does a process that ends in between leave a
/// trace, which is what keeps an at-most-once mail from a second try. A try takes no longer than `patience`; one that was
/// begun before that and has no end belongs to a process that ended.
pub async fn begin(
    db: &impl ConnectionTrait,
    mail: &Letterhead<'_>,
    repeat: Repeat,
    now: DateTime<Utc>,
    patience: TimeDelta,
) -> Result<Begun> {
    let abandoned = now - patience;
    let again = match repeat {
        Repeat::AtLeastOnce => {
            "(d.state IN ('WAITING', 'UNKNOWN') OR d.state = 'SENDING' AND d.changed_at <= $5::timestamptz)"
        }
        Repeat::AtMostOnce => "d.state = 'WAITING' AND $5::timestamptz IS NOT NULL",
    };
    let sql = format!(
        "
        INSERT INTO email_delivery AS d
            (envelope_id, member_id, template, state, attempts, created_at, changed_at)
        VALUES ($1, {MEMBER}, $3, 'SENDING', 1, $4, $4)
        ON CONFLICT (envelope_id) DO UPDATE
        SET state = 'SENDING', attempts = d.attempts + 1, changed_at = $4
        WHERE {again}
        RETURNING attempts"
    );
    let member = mail.member.map(|member| member.0);
    let values: [Value; 5] = [
        mail.envelope.into(),
        member.into(),
        mail.template.into(),
        now.into(),
        abandoned.into(),
    ];
    loop {
        let statement = database::statement(&sql, values.clone());
        if let Some(row) = db.query_one_raw(statement).await? {
            return Ok(Begun::Send(row.try_get_by_index(0)?));
        }
        let Some(found) = find(db, mail.envelope).await? else {
            // Forgotten since the statement before.
            continue;
        };
        match found.state {
            DeliveryState::Sending if found.changed_at > abandoned => return Ok(Begun::Busy),
            DeliveryState::Sending | DeliveryState::Unknown if repeat == Repeat::AtMostOnce => {
                return Ok(Begun::MayBeSent);
            }
            // Given back since then: another try can have it.
            DeliveryState::Waiting | DeliveryState::Sending | DeliveryState::Unknown => {}
            state => return Ok(Begun::Over(state)),
        }
    }
}

/// Records what became of a mail, in the transaction that records it as done. What is over stays so, whatever a slower
/// worker says; only that it was sent after all counts.
pub async fn record(
    db: &impl ConnectionTrait,
    mail: &Letterhead<'_>,
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
        mail.envelope.into(),
        mail.member.map(|member| member.0).into(),
        mail.template.into(),
        state.into(),
        provider_id.into(),
        now.into(),
    ];
    db.execute_raw(database::statement(&sql, values)).await?;
    Ok(())
}

/// Records that a mail is not sent, and why, in the transaction that records it as done. What is over stays so.
pub async fn suppress(
    db: &impl ConnectionTrait,
    mail: &Letterhead<'_>,
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
        mail.envelope.into(),
        mail.member.map(|member| member.0).into(),
        mail.template.into(),
        reason.into(),
        now.into(),
    ];
    db.execute_raw(database::statement(&sql, values)).await?;
    Ok(())
}

/// What is recorded of a mail.
pub async fn find(db: &impl ConnectionTrait, envelope: Uuid) -> Result<Option<Delivery>> {
    let sql = "
        SELECT envelope_id, member_id, template, state, reason, attempts, provider_id, created_at, changed_at
        FROM email_delivery
        WHERE envelope_id = $1";
    let statement = database::statement(sql, [envelope.into()]);
    Ok(Delivery::find_by_statement(statement).one(db).await?)
}

/// Deletes at most `most` records last written before a moment, oldest first, and says how many.
pub async fn forget(db: &impl ConnectionTrait, before: DateTime<Utc>, most: u32) -> Result<u64> {
    let sweep = Sweep {
        table: "email_delivery",
        key: "envelope_id",
        age: "changed_at",
    };
    sweep.run(db, before, most).await
}
