//! The context that a command runs in.

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use super::{CommandError, UserError, UserErrorReason};
use crate::{
    Result,
    catalogue::Catalogue,
    database::Transaction,
    decision::MAX_OFFLINE_AGE,
    email_address::EmailAddress,
    id,
    member::Member,
    outbox::{OutboxBatch, OutboxMessage, Payload},
    viewer::Subject,
};

/// A command's transaction, its caller, its times, and the messages that it enqueues.
pub struct CommandContext<'a> {
    transaction: &'a Transaction,
    member: Option<Member>,
    subject: &'a Subject,
    verified_email: Option<&'a EmailAddress>,
    now: DateTime<Utc>,
    occurred_at: DateTime<Utc>,
    catalogue: &'a Catalogue,
    outbox: OutboxBatch,
}

impl<'a> CommandContext<'a> {
    pub(super) fn new(
        transaction: &'a Transaction,
        member: Option<Member>,
        subject: &'a Subject,
        now: DateTime<Utc>,
        occurred_at: DateTime<Utc>,
        catalogue: &'a Catalogue,
    ) -> Self {
        let id = member.as_ref().map(|member| member.id);
        Self {
            transaction,
            member,
            subject,
            verified_email: None,
            now,
            occurred_at,
            catalogue,
            outbox: OutboxBatch::new(id, now).with_occurred_at(occurred_at),
        }
    }

    /// Sets the email address that the caller's access token claims is verified.
    pub(super) fn with_verified_email(self, verified_email: Option<&'a EmailAddress>) -> Self {
        Self {
            verified_email,
            ..self
        }
    }

    /// The transaction that all statements of the command run in.
    pub fn transaction(&self) -> &'a Transaction {
        self.transaction
    }

    /// The catalogue, in the version that the whole request uses.
    pub fn catalogue(&self) -> &'a Catalogue {
        self.catalogue
    }

    /// The authenticated caller.
    pub fn subject(&self) -> &'a Subject {
        self.subject
    }

    /// When the command runs.
    pub fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// When the member made the change: now, or earlier if the phone was offline.
    pub fn occurred_at(&self) -> DateTime<Utc> {
        self.occurred_at
    }

    /// When the thing that the member reports happened: at [`occurred_at`](Self::occurred_at), unless they report an
    /// earlier time. `argument` is the name of the input field, for the error's path.
    ///
    /// # Errors
    ///
    /// `OUT_OF_RANGE` for a time after `occurred_at`, or more than [`MAX_OFFLINE_AGE`] ago.
    pub fn happened_at(
        &self,
        reported: Option<DateTime<Utc>>,
        argument: &str,
    ) -> Result<DateTime<Utc>, UserError> {
        let reason = match reported {
            None => return Ok(self.occurred_at),
            Some(at) if at > self.occurred_at => UserErrorReason::AfterSubmission,
            Some(at) if at < self.now - MAX_OFFLINE_AGE => UserErrorReason::TooLongAgo,
            Some(at) => return Ok(at),
        };
        Err(UserError::new(reason, argument))
    }

    /// The member, whose row is locked.
    ///
    /// # Errors
    ///
    /// `NOT_REGISTERED` when the caller is not a member, which can only happen in commands without
    /// [`REQUIRES_MEMBER`](super::Command::REQUIRES_MEMBER).
    pub fn member(&self) -> Result<&Member, CommandError> {
        let missing = || UserError::new(UserErrorReason::NotRegistered, "");
        Ok(self.member.as_ref().ok_or_else(missing)?)
    }

    /// The member, or `None` when the caller is not registered.
    pub(crate) fn registered_member(&self) -> Option<&Member> {
        self.member.as_ref()
    }

    /// The email address that the caller's access token claims is verified, if it has one.
    pub(crate) fn verified_email(&self) -> Option<&'a EmailAddress> {
        self.verified_email
    }

    /// Marks the member's email address as confirmed for the rest of the command. Writes nothing to the database.
    pub(crate) fn confirm_email(&mut self, at: DateTime<Utc>) {
        if let Some(member) = &mut self.member {
            member.email_confirmed_at = Some(at);
            member.email_code_requested_at = None;
        }
    }

    /// Whether the caller is a member already.
    pub fn is_registered(&self) -> bool {
        self.member.is_some()
    }

    /// Sets the member that the command has just registered: messages that are enqueued from now on belong to them.
    pub(crate) fn register(&mut self, member: Member) {
        self.outbox.set_member(member.id);
        self.member = Some(member);
    }

    /// Whether the change happened before now, such as on a phone that was offline.
    pub fn is_backdated(&self) -> bool {
        self.occurred_at < self.now
    }

    /// The date of [`occurred_at`](Self::occurred_at) in the member's time zone.
    pub fn today(&self) -> Result<NaiveDate, CommandError> {
        let zone = self.member()?.time_zone;
        Ok(self.occurred_at.with_timezone(&zone).date_naive())
    }

    /// Checks that the member's subscription gives access now.
    ///
    /// # Errors
    ///
    /// `SUBSCRIPTION_REQUIRED` when it does not.
    pub fn require_access(&self) -> Result<(), CommandError> {
        if self.member()?.access.allows_plans() {
            Ok(())
        } else {
            Err(UserError::new(UserErrorReason::SubscriptionRequired, "").into())
        }
    }

    /// A new `UUIDv7`, which sorts by time.
    pub fn new_id(&self) -> Uuid {
        id::new_v7(self.now)
    }

    /// Enqueues a message, which is sent to its queue once the command is committed.
    ///
    /// # Errors
    ///
    /// When the payload cannot be serialized as JSON, which is a bug.
    pub fn enqueue<P: Payload>(&mut self, payload: &P) -> Result<()> {
        self.outbox.enqueue(payload).map(drop)
    }

    /// The messages enqueued so far.
    pub(crate) fn outbox(&mut self) -> &mut OutboxBatch {
        &mut self.outbox
    }

    pub(super) fn into_messages(self) -> Vec<OutboxMessage> {
        self.outbox.into_messages()
    }
}
