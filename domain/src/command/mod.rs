//! Commands: what changes something for a member.
//!
//! Each is one transaction, which first locks the member's row, so that commands of one member come one after the
//! other. It checks the rules, changes the rows, keeps the idempotency key with the ids of what came of it, and puts
//! its side effects into the [`outbox`](crate::outbox). Asked for again with the same key, it does nothing and gives
//! the same ids.

mod check;
mod given;
mod idempotency;
mod name;
mod obstacle;
mod rate;
mod user_error;
mod work;

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{TransactionSession as _, TransactionTrait as _};
use serde::{Serialize, de::DeserializeOwned};

pub use check::{Checked, check};
pub use given::Given;
pub use idempotency::forget as forget_idempotency_keys;
pub(crate) use name::name;
pub use obstacle::Obstacle;
pub use rate::CommandRate;
pub use user_error::{UserError, UserErrorCode};
pub use work::Work;

use crate::{
    Error, Result,
    catalogue::Catalogue,
    clock::Clock,
    database::Session,
    kill_point,
    member::{self, EmailAddress, Member},
    outbox,
    viewer::Subject,
};

/// How far back a phone may say that something happened.
pub const OFFLINE_FOR: TimeDelta = TimeDelta::days(14);

/// How often a command is tried that meets other transactions or a broken connection.
const MAX_ATTEMPTS: u32 = 4;

/// How long to wait before the second attempt; before the third twice that, and so on.
const RETRY_DELAY: Duration = Duration::from_millis(20);

/// How far a phone's clock may run ahead.
const AHEAD: TimeDelta = TimeDelta::minutes(5);

/// What every command is asked with.
#[derive(Clone, Debug)]
pub struct Asked<'a> {
    /// Who.
    pub subject: &'a Subject,
    /// Made by the client for this one change.
    pub idempotency_key: &'a str,
    /// The address that the token says is theirs and verified, where it says one.
    pub verified_email: Option<&'a EmailAddress>,
    /// When it happened, where the client says so.
    pub occurred_at: Option<DateTime<Utc>>,
}

/// Why a command did nothing.
#[derive(Debug)]
pub enum Refusal {
    /// A person can mend it.
    User(UserError),
    /// A fault.
    Error(Error),
}

impl From<UserError> for Refusal {
    fn from(error: UserError) -> Self {
        Self::User(error)
    }
}

impl<E: Into<Error>> From<E> for Refusal {
    fn from(error: E) -> Self {
        Self::Error(error.into())
    }
}

/// A change, with its arguments. They are hashed as JSON, so that a key is not used for two intentions.
pub trait Command: Serialize + Send + Sync + 'static {
    /// What the idempotency key is kept with, such as `startPlan`.
    const NAME: &'static str;
    /// Whether only somebody who is a member already can ask for it.
    const FOR_MEMBERS: bool = true;
    /// Whether it can still be asked for by a member whose account is to be deleted.
    const WHILE_LEAVING: bool = false;
    /// Ids of what came of it.
    type Outcome: Serialize + DeserializeOwned + Send + Sync;

    /// Checks the rules and changes the rows. Whatever it did is undone when it refuses.
    fn run(
        &self,
        work: &mut Work<'_>,
    ) -> impl Future<Output = Result<Self::Outcome, Refusal>> + Send;
}

/// Runs a command, once for its key. The inner error is for the person, and leaves the key unused. Where other
/// transactions were in the way, or the connection broke, it is tried again; the key keeps a commit whose answer was lost
/// from being done twice.
///
/// It is not to be dropped half-way: run it [detached](crate::detached).
///
/// # Errors
///
/// Those of the database; nothing has changed then, unless it is the commit that
/// failed: then asking again with the same key tells.
pub async fn execute<C: Command>(
    session: &Session,
    clock: &dyn Clock,
    catalogue: &Catalogue,
    asked: &Asked<'_>,
    command: &C,
) -> Result<Result<C::Outcome, UserError>> {
    valid_subject(asked.subject)?;
    valid_key(asked.idempotency_key)?;
    let mut attempts = 1;
    loop {
        let done = attempt(session, clock.now(), catalogue, asked, command).await;
        match done {
            Err(error) if attempts < MAX_ATTEMPTS && error.may_be_gone_at_once() => {
                tracing::debug!(%error, attempts, command = C::NAME, "a command is tried again");
                tokio::time::sleep(RETRY_DELAY * attempts).await;
                attempts += 1;
            }
            done => return done,
        }
    }
}

async fn attempt<C: Command>(
    session: &Session,
    now: DateTime<Utc>,
    catalogue: &Catalogue,
    asked: &Asked<'_>,
    command: &C,
) -> Result<Result<C::Outcome, UserError>> {
    let transaction = session.begin().await?;
    let done = async {
        let locked = member::lock(&transaction, asked.subject).await?;
        if let Some(outcome) = idempotency::find::<C>(&transaction, asked, command).await? {
            return Ok(outcome);
        }
        let member = match locked {
            Some(_) => member::find_by_subject(&transaction, asked.subject, now).await?,
            None => None,
        };
        permit::<C>(member.as_ref())?;
        // After the key: what was in time when it was done stays done, however late it is asked for again.
        let occurred_at = occurred_at(asked.occurred_at, now)?;
        let mut work = Work::new(
            &transaction,
            member,
            asked.subject,
            now,
            occurred_at,
            catalogue,
        )
        .with_verified_email(asked.verified_email);
        member::confirm::by_token(&mut work).await?;
        let outcome = command.run(&mut work).await?;
        let effects = work.into_effects();
        idempotency::keep::<C>(&transaction, asked, command, &outcome, now).await?;
        outbox::insert(&transaction, &effects, session.span(), now).await?;
        kill_point::reached("after-insert");
        Ok(outcome)
    };
    match done.await {
        Ok(outcome) => {
            transaction.commit().await?;
            kill_point::reached("after-commit");
            outbox::announce();
            Ok(Ok(outcome))
        }
        Err(refusal) => {
            transaction.rollback().await?;
            match refusal {
                Refusal::User(error) => Ok(Err(error)),
                Refusal::Error(error) => Err(error),
            }
        }
    }
}

fn valid_subject(subject: &Subject) -> Result<()> {
    if subject.can_be_kept() {
        return Ok(());
    }
    let message = "nobody can be a member with this token: its subject has the character U+0000";
    Err(Error::BadInput(message.to_owned()))
}

/// The contract allows less still; nobody types a key.
fn valid_key(key: &str) -> Result<()> {
    if key.chars().any(char::is_control) {
        let message = "a key has no control characters";
        return Err(Error::BadArgument(
            "input.idempotencyKey",
            message.to_owned(),
        ));
    }
    Ok(())
}

/// Whether the command can be asked for by this member, or by who is none.
fn permit<C: Command>(member: Option<&Member>) -> Result<(), UserError> {
    if C::FOR_MEMBERS && member.is_none() {
        return Err(UserError::new(Obstacle::NotRegistered, ""));
    }
    let leaving = member.is_some_and(|member| member.deletion_final_at.is_some());
    if leaving && !C::WHILE_LEAVING {
        return Err(UserError::new(Obstacle::DeletionRequested, ""));
    }
    Ok(())
}

fn occurred_at(
    given: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<DateTime<Utc>, UserError> {
    match given {
        None => Ok(now),
        Some(at) if at > now + AHEAD => Err(UserError::new(Obstacle::InFuture, "occurredAt")),
        Some(at) if at < now - OFFLINE_FOR => {
            Err(UserError::new(Obstacle::TooLongAgo, "occurredAt"))
        }
        // A clock that runs ahead a little means now.
        Some(at) => Ok(at.min(now)),
    }
}
