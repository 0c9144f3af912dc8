//! Checks whether a command may run, before expensive preparation such as a call to a third party's API. The command
//! itself repeats the checks in its transaction.

use chrono::{DateTime, Utc};

use super::{
    Command, CommandError, CommandRequest, UserError, UserErrorReason, idempotency, permit,
    valid_key, valid_subject,
};
use crate::{
    Result,
    database::Fetch,
    member::{self, Member},
};

/// The result of [`check`].
#[derive(Debug)]
pub enum Checked {
    /// The command was already executed with this idempotency key: no preparation is needed.
    Done,
    /// This member may run the command.
    Allowed(Box<Member>),
}

/// Checks whether the command was already executed with this idempotency key, and whether the caller may run it. The
/// inner error is for the user.
///
/// # Errors
///
/// Database errors, and [`Error::BadInput`](crate::Error::BadInput) when the token's subject cannot belong to a member.
pub async fn check<C: Command>(
    db: &impl Fetch,
    request: &CommandRequest<'_>,
    command: &C,
    now: DateTime<Utc>,
) -> Result<Result<Checked, UserError>> {
    valid_subject(request.subject)?;
    valid_key(request.idempotency_key)?;
    match idempotency::find(db, request, command).await {
        Ok(Some(_)) => return Ok(Ok(Checked::Done)),
        Ok(None) => {}
        Err(CommandError::User(error)) => return Ok(Err(error)),
        Err(CommandError::Internal(error)) => return Err(error),
    }
    let member = member::find_by_subject(db, request.subject, now).await?;
    if let Err(error) = permit::<C>(member.as_ref()) {
        return Ok(Err(error));
    }
    let missing = || UserError::new(UserErrorReason::NotRegistered, "");
    Ok(member
        .map(|member| Checked::Allowed(Box::new(member)))
        .ok_or_else(missing))
}
