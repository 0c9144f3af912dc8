//! Confirming that an address is the member's own. Until then only the confirmation code is sent there.

use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};
use chrono_tz::Tz;
use sea_orm::ConnectionTrait as _;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::{
    Result,
    command::{Command, CommandContext, CommandError, UserError, UserErrorReason},
    database,
    id::MemberId,
    mail::letter::{ConfirmAddress, Welcome},
    member::Member,
};

/// How long a code is valid.
pub const CODE_LIFETIME: TimeDelta = TimeDelta::hours(24);

/// Minimum time between two requests for a code.
pub const CODE_INTERVAL: TimeDelta = TimeDelta::minutes(5);

/// Crockford's base 32: without letters that look like digits.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Number of characters of a code, with five bits each: enough that it cannot be guessed within its lifetime, given the
/// rate limit for commands.
const CODE_LENGTH: usize = 8;

/// A code, and the digest that is stored of it.
pub(super) struct Code {
    /// As shown in the mail, such as `7KQ2-M9XD`.
    text: String,
    pub(super) digest: Vec<u8>,
}

impl Code {
    /// Generates a random code.
    pub(super) fn new(context: &CommandContext<'_>) -> Self {
        // Two ids have more than a hundred random bits. The digest spreads them over the bytes that are used.
        let seeds = [context.new_id(), context.new_id()];
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

    /// The mail with the code.
    pub(super) fn letter(&self, now: DateTime<Utc>) -> ConfirmAddress {
        ConfirmAddress {
            code: self.text.clone(),
            expires_at: now + CODE_LIFETIME,
        }
    }
}

/// The digest of a code as it was typed. Case, spaces and hyphens are ignored, and letters that look like digits count
/// as digits.
fn digest(typed: &str) -> Vec<u8> {
    let symbols = typed.chars().filter(char::is_ascii_alphanumeric);
    let symbols = symbols.map(|c| match c.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    });
    Sha256::digest(symbols.collect::<String>()).to_vec()
}

/// Confirms the member's address with a code that was mailed there. If the address is already confirmed it does
/// nothing.
#[derive(Clone, Debug, Serialize)]
pub struct ConfirmEmail {
    /// The code as it was typed.
    pub code: String,
}

impl Command for ConfirmEmail {
    const NAME: &'static str = "confirmEmail";
    // A member whose account is being deleted may still export their data, which is sent by mail.
    const ALLOWED_DURING_DELETION: bool = true;
    type Output = MemberId;

    async fn run(&self, context: &mut CommandContext<'_>) -> Result<MemberId, CommandError> {
        if self.code.chars().any(char::is_control) {
            return Err(UserError::new(UserErrorReason::InvalidCode, "code").into());
        }
        let member = require_address(context)?;
        if member.email_confirmed_at.is_some() {
            return Ok(member.id);
        }
        let sql = "
            UPDATE member
            SET email_confirmed_at = $2, email_code_digest = NULL, email_code_requested_at = NULL
            WHERE id = $1 AND email_code_digest = $3 AND email_code_requested_at > $4";
        let (id, now) = (member.id, context.now());
        let values = [
            id.into(),
            now.into(),
            digest(&self.code).into(),
            (now - CODE_LIFETIME).into(),
        ];
        let statement = database::statement(sql, values);
        let confirmed = context.transaction().execute_raw(statement).await?;
        if confirmed.rows_affected() == 0 {
            return Err(UserError::new(UserErrorReason::InvalidCode, "code").into());
        }
        context.enqueue(&Welcome {})?;
        Ok(id)
    }
}

/// Sends another code by mail, which replaces the one before. If the address is already confirmed it does nothing.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct RequestEmailConfirmation {}

impl Command for RequestEmailConfirmation {
    const NAME: &'static str = "requestEmailConfirmation";
    const ALLOWED_DURING_DELETION: bool = true;
    type Output = MemberId;

    async fn run(&self, context: &mut CommandContext<'_>) -> Result<MemberId, CommandError> {
        let member = require_address(context)?;
        let (id, now) = (member.id, context.now());
        if member.email_confirmed_at.is_some() {
            return Ok(id);
        }
        if let Some(requested_at) = member.email_code_requested_at
            && now < requested_at + CODE_INTERVAL
        {
            return Err(too_soon(
                member,
                requested_at + CODE_INTERVAL,
                UserErrorReason::CodeTooSoon,
            )
            .into());
        }
        let code = Code::new(context);
        let sql =
            "UPDATE member SET email_code_digest = $2, email_code_requested_at = $3 WHERE id = $1";
        let values = [id.into(), code.digest.clone().into(), now.into()];
        let statement = database::statement(sql, values);
        context.transaction().execute_raw(statement).await?;
        context.enqueue(&code.letter(now))?;
        Ok(id)
    }
}

fn require_address<'a>(context: &'a CommandContext<'_>) -> Result<&'a Member, CommandError> {
    let member = context.member()?;
    if member.email.is_none() {
        return Err(UserError::new(UserErrorReason::NoAddressToConfirm, "").into());
    }
    Ok(member)
}

/// The error of a request that was repeated before `retry_at`, which it states in the member's time zone.
pub(super) fn too_soon(
    member: &Member,
    retry_at: DateTime<Utc>,
    reason: fn(DateTime<Tz>) -> UserErrorReason,
) -> UserError {
    // Rounded up to the whole second, so that a client that waits until then is never early.
    let retry_at = (retry_at + TimeDelta::microseconds(999_999)).trunc_subsecs(0);
    let local = retry_at.with_timezone(&member.time_zone);
    UserError {
        retry_at: Some(retry_at),
        ..UserError::new(reason(local), "")
    }
}

#[cfg(test)]
mod tests {
    use super::digest;

    #[test]
    fn case_spaces_and_lookalikes_do_not_change_the_digest() {
        for typed in ["7KQ2-M9XD", "7kq2m9xd", " 7KQ2 m9xd\n"] {
            assert_eq!(digest(typed), digest("7KQ2M9XD"), "{typed:?}");
        }
        assert_eq!(digest("O1IL-0000"), digest("01110000"));
        assert_ne!(digest("7KQ2-M9X"), digest("7KQ2-M9XD"));
    }
}
