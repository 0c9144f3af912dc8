//! What a command works with.

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use super::{OFFLINE_FOR, Obstacle, Refusal, UserError};
use crate::{
    Result,
    catalogue::Catalogue,
    database::Transaction,
    id,
    member::{EmailAddress, Member},
    outbox::{Effect, Effects, Payload},
    viewer::Subject,
};

/// A command's transaction, and what it knows.
pub struct Work<'a> {
    transaction: &'a Transaction,
    member: Option<Member>,
    subject: &'a Subject,
    verified_email: Option<&'a EmailAddress>,
    now: DateTime<Utc>,
    occurred_at: DateTime<Utc>,
    catalogue: &'a Catalogue,
    effects: Effects,
}

impl<'a> Work<'a> {
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
            effects: Effects::new(id, now).of(occurred_at),
        }
    }

    /// The same, for who bears a token that says this address is theirs and verified.
    pub(super) fn with_verified_email(self, verified_email: Option<&'a EmailAddress>) -> Self {
        Self {
            verified_email,
            ..self
        }
    }

    /// What all statements of the command run on.
    pub fn transaction(&self) -> &'a Transaction {
        self.transaction
    }

    /// The catalogue, in the version that the request sees.
    pub fn catalogue(&self) -> &'a Catalogue {
        self.catalogue
    }

    /// Who asked.
    pub fn subject(&self) -> &'a Subject {
        self.subject
    }

    /// When it runs.
    pub fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// When it happened: now, or earlier where the phone was offline.
    pub fn occurred_at(&self) -> DateTime<Utc> {
        self.occurred_at
    }

    /// When something was done that the member tells of: then, unless they say that it was earlier. `argument` is what
    /// names it in the input.
    ///
    /// # Errors
    ///
    /// `OUT_OF_RANGE` for what is later, or longer ago than a phone may say.
    pub fn happened_at(
        &self,
        given: Option<DateTime<Utc>>,
        argument: &str,
    ) -> Result<DateTime<Utc>, UserError> {
        let obstacle = match given {
            None => return Ok(self.occurred_at),
            Some(at) if at > self.occurred_at => Obstacle::AfterSaid,
            Some(at) if at < self.now - OFFLINE_FOR => Obstacle::TooLongAgo,
            Some(at) => return Ok(at),
        };
        Err(UserError::new(obstacle, argument))
    }

    /// The member, whose row is locked.
    ///
    /// # Errors
    ///
    /// A `NOT_REGISTERED` for who is none, which only commands without [`FOR_MEMBERS`](super::Command::FOR_MEMBERS)
    /// meet.
    pub fn member(&self) -> Result<&Member, Refusal> {
        let missing = || UserError::new(Obstacle::NotRegistered, "");
        Ok(self.member.as_ref().ok_or_else(missing)?)
    }

    /// The member, where the viewer is one.
    pub(crate) fn known_member(&self) -> Option<&Member> {
        self.member.as_ref()
    }

    /// The address that the token says is theirs and verified, where it says one.
    pub(crate) fn verified_email(&self) -> Option<&'a EmailAddress> {
        self.verified_email
    }

    /// Has the member's address confirmed from now on.
    pub(crate) fn email_is_confirmed(&mut self, at: DateTime<Utc>) {
        if let Some(member) = &mut self.member {
            member.email_confirmed_at = Some(at);
            member.email_code_requested_at = None;
        }
    }

    /// Whether the viewer is a member already.
    pub fn is_registered(&self) -> bool {
        self.member.is_some()
    }

    /// Has the viewer a member from now on: what is owed concerns them.
    pub(crate) fn register(&mut self, member: Member) {
        self.effects.concern(member.id);
        self.member = Some(member);
    }

    /// Whether it is about something that happened before now.
    pub fn is_late(&self) -> bool {
        self.occurred_at < self.now
    }

    /// The date on which it happened, where the member lives.
    pub fn today(&self) -> Result<NaiveDate, Refusal> {
        let zone = self.member()?.time_zone;
        Ok(self.occurred_at.with_timezone(&zone).date_naive())
    }

    /// Refuses members whose subscription gives no access now.
    ///
    /// # Errors
    ///
    /// `SUBSCRIPTION_REQUIRED`.
    pub fn require_access(&self) -> Result<(), Refusal> {
        if self.member()?.access.allows_plans() {
            Ok(())
        } else {
            Err(UserError::new(Obstacle::SubscriptionRequired, "").into())
        }
    }

    /// A new id that sorts by time.
    pub fn new_id(&self) -> Uuid {
        id::at(self.now)
    }

    /// Owes a side effect: it is sent to its queue once the command is committed.
    ///
    /// # Errors
    ///
    /// When the payload is not JSON: a defect.
    pub fn owe<P: Payload>(&mut self, payload: &P) -> Result<()> {
        self.effects.owe(payload).map(drop)
    }

    /// What is owed so far.
    pub(crate) fn effects(&mut self) -> &mut Effects {
        &mut self.effects
    }

    pub(super) fn into_effects(self) -> Vec<Effect> {
        self.effects.into_owed()
    }
}
