//! Confirming that an address is the member's own. Until then nothing goes there but the code that confirms it.

use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};
use chrono_tz::Tz;
use sea_orm::ConnectionTrait as _;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::Member;
use crate::{
    Result,
    command::{Command, Obstacle, Refusal, UserError, Work},
    database,
    id::MemberId,
    mail::letter::{ConfirmAddress, Welcome},
};

/// How long a code counts.
pub const CODE_LIFETIME: TimeDelta = TimeDelta::hours(24);

/// How long to wait before another code can be asked for.
pub const CODE_INTERVAL: TimeDelta = TimeDelta::minutes(5);

/// Without letters that are taken for digits (Crockford's base 32).
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// How many characters a code has, of five bits each: too many to be guessed within its lifetime at the rate at which
/// commands are taken.
const CODE_LENGTH: usize = 8;

/// A code and what is kept of it.
pub(super) struct Code {
    /// As it stands in the mail, such as `7KQ2-M9XD`.
    text: String,
    pub(super) digest: Vec<u8>,
}

impl Code {
    /// A new one.
    pub(super) fn new(work: &Work<'_>) -> Self {
        // Two ids hold more than a hundred random bits; the digest spreads them over those that are used.
        let seeds = [work.new_id(), work.new_id()];
        let random = Sha256::digest(seeds.map(uuid::Uuid::into_bytes).concat());
        let symbols = random.iter().take(CODE_LENGTH);
        let symbols = symbols.map(|byte| char::from(ALPHABET[usize::from(byte % 32)]));
        let code: String = symbols.collect();
        let (first, second) = code.split_at(CODE_LENGTH / 2);
        Self {
            text: format!("{first}-{second}"),
            digest: digest(&code),
        }
    }

    /// The mail that brings it.
    pub(super) fn letter(&self, now: DateTime<Utc>) -> ConfirmAddress {
        ConfirmAddress {
            code: self.text.clone(),
            expires_at: now + CODE_LIFETIME,
        }
    }
}

/// Of what somebody typed: small letters, spaces and hyphens make no difference, nor do letters that look like digits.
fn digest(typed: &str) -> Vec<u8> {
    let symbols = typed.chars().filter(char::is_ascii_alphanumeric);
    let symbols = symbols.map(|c| match c.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    });
    Sha256::digest(symbols.collect::<String>()).to_vec()
}

/// Confirms the member's address by a code that was mailed there. An address that is confirmed stays so.
#[derive(Clone, Debug, Serialize)]
pub struct ConfirmEmail {
    /// As it stands in the mail, or as somebody typed it.
    pub code: String,
}

impl Command for ConfirmEmail {
    const NAME: &'static str = "confirmEmail";
    // Who leaves may take what is theirs along, which is mailed.
    const WHILE_LEAVING: bool = true;
    type Outcome = MemberId;

    async fn run(&self, work: &mut Work<'_>) -> Result<MemberId, Refusal> {
        if self.code.chars().any(char::is_control) {
            return Err(UserError::new(Obstacle::WrongCode, "code").into());
        }
        let member = with_address(work)?;
        if member.email_confirmed_at.is_some() {
            return Ok(member.id);
        }
        let sql = "
            UPDATE member
            SET email_confirmed_at = $2, email_code_digest = NULL, email_code_requested_at = NULL
            WHERE id = $1 AND email_code_digest = $3 AND email_code_requested_at > $4";
        let (id, now) = (member.id, work.now());
        let values = [
            id.into(),
            now.into(),
            digest(&self.code).into(),
            (now - CODE_LIFETIME).into(),
        ];
        let statement = database::statement(sql, values);
        let confirmed = work.transaction().execute_raw(statement).await?;
        if confirmed.rows_affected() == 0 {
            return Err(UserError::new(Obstacle::WrongCode, "code").into());
        }
        work.owe(&Welcome {})?;
        Ok(id)
    }
}

/// Has another code mailed, which replaces the one before. For an address that is confirmed it does nothing.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct RequestEmailConfirmation {}

impl Command for RequestEmailConfirmation {
    const NAME: &'static str = "requestEmailConfirmation";
    const WHILE_LEAVING: bool = true;
    type Outcome = MemberId;

    async fn run(&self, work: &mut Work<'_>) -> Result<MemberId, Refusal> {
        let member = with_address(work)?;
        let (id, now) = (member.id, work.now());
        if member.email_confirmed_at.is_some() {
            return Ok(id);
        }
        if let Some(before) = member.email_code_requested_at
            && now < before + CODE_INTERVAL
        {
            return Err(too_soon(member, before + CODE_INTERVAL, Obstacle::CodeTooSoon).into());
        }
        let code = Code::new(work);
        let sql =
            "UPDATE member SET email_code_digest = $2, email_code_requested_at = $3 WHERE id = $1";
        let values = [id.into(), code.digest.clone().into(), now.into()];
        let statement = database::statement(sql, values);
        work.transaction().execute_raw(statement).await?;
        work.owe(&code.letter(now))?;
        Ok(id)
    }
}

fn with_address<'a>(work: &'a Work<'_>) -> Result<&'a Member, Refusal> {
    let member = work.member()?;
    if member.email.is_none() {
        return Err(UserError::new(Obstacle::NoAddressToConfirm, "").into());
    }
    Ok(member)
}

/// Something was asked for again before it can be; says when it can, by the member's clock.
pub(super) fn too_soon(
    member: &Member,
    again: DateTime<Utc>,
    obstacle: fn(DateTime<Tz>) -> Obstacle,
) -> UserError {
    // The next whole second, so that nobody who waits as long is early.
    let again = (again + TimeDelta::microseconds(999_999)).trunc_subsecs(0);
    let there = again.with_timezone(&member.time_zone);
    UserError {
        retry_at: Some(again),
        ..UserError::new(obstacle(there), "")
    }
}

/// Confirms the address of a member who signs in with a token that says it is theirs, and that this was verified.
pub(crate) async fn by_token(work: &mut Work<'_>) -> Result<(), Refusal> {
    let (verified, now) = (work.verified_email(), work.now());
    let Some(member) = work.known_member() else {
        return Ok(());
    };
    if member.email_confirmed_at.is_some()
        || member.email.is_none()
        || member.email.as_ref() != verified
    {
        return Ok(());
    }
    let sql = "
        UPDATE member
        SET email_confirmed_at = $2, email_code_digest = NULL, email_code_requested_at = NULL
        WHERE id = $1";
    let statement = database::statement(sql, [member.id.into(), now.into()]);
    work.transaction().execute_raw(statement).await?;
    work.email_is_confirmed(now);
    Ok(work.owe(&Welcome {})?)
}

#[cfg(test)]
mod tests {
    use super::digest;

    #[test]
    fn a_code_may_be_typed_carelessly() {
        for typed in ["7KQ2-M9XD", "7kq2m9xd", " 7KQ2 m9xd\n"] {
            assert_eq!(digest(typed), digest("7KQ2M9XD"), "{typed:?}");
        }
        assert_eq!(digest("O1IL-0000"), digest("01110000"));
        assert_ne!(digest("7KQ2-M9X"), digest("7KQ2-M9XD"));
    }
}
