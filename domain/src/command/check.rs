//! Looking whether a command may be asked for, before something is done for it that costs others, such as a call of
//! their API. The command itself looks again.

use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;

use super::{
    Asked, Command, Obstacle, Refusal, UserError, idempotency, permit, valid_key, valid_subject,
};
use crate::{
    Result,
    member::{self, Member},
};

/// What is to be done for a command.
#[derive(Debug)]
pub enum Checked {
    /// It was done with this key: nothing.
    Done,
    /// This member may ask for it.
    Allowed(Box<Member>),
}

/// Looks whether it was done with this key, and whether who asks may ask for it. The inner error is for the person.
///
/// # Errors
///
/// Those of the database, and [`Error::BadInput`](crate::Error::BadInput) for a token that nobody can be a member with.
pub async fn check<C: Command>(
    db: &impl ConnectionTrait,
    asked: &Asked<'_>,
    command: &C,
    now: DateTime<Utc>,
) -> Result<Result<Checked, UserError>> {
    valid_subject(asked.subject)?;
    valid_key(asked.idempotency_key)?;
    match idempotency::find(db, asked, command).await {
        Ok(Some(_)) => return Ok(Ok(Checked::Done)),
        Ok(None) => {}
        Err(Refusal::User(error)) => return Ok(Err(error)),
        Err(Refusal::Error(error)) => return Err(error),
    }
    let member = member::find_by_subject(db, asked.subject, now).await?;
    if let Err(error) = permit::<C>(member.as_ref()) {
        return Ok(Err(error));
    }
    let missing = || UserError::new(Obstacle::NotRegistered, "");
    Ok(member
        .map(|member| Checked::Allowed(Box::new(member)))
        .ok_or_else(missing))
}
