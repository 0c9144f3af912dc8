//! The consumer of mail: looks up whom a letter is for, has it written, and hands it over. `docs/EMAIL.md` says what can
//! happen twice, and why.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use coach_domain::{
    catalogue,
    clock::Clock,
    consent::{self, ConsentPurpose},
    database::Pool,
    id::{CycleId, MemberId},
    inbox, kill_point,
    mail::{
        self, Mailer, Repeat,
        budget::{self, Budgets, Claim},
        delivery::{self, Begun, DeliveryState, Letterhead, Suppression},
    },
    member,
    object::ObjectStore,
    queue::QueueName,
};
use sea_orm::TransactionTrait as _;

use super::{
    About, Enclosure, Error, Footing, House, Needs, Post, Recipient, attachment::PlanAttachment,
    read, render, suppressed,
};
use crate::{
    backoff,
    consumer::{Consumer, Delivery, Verdict},
};

/// What it is called in the inbox.
const NAME: &str = "email";

/// How often it is tried to mark what was sent, and the waits in between: within the deadline of a message.
const TRIES: u32 = 5;
const WAITS: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(2));

/// Sends the letters of one of the queues for mail.
pub struct Letters {
    /// Which.
    pub queue: QueueName,
    /// The database.
    pub pool: Pool,
    /// What attached plans are made from.
    pub catalogue: Arc<catalogue::Cache>,
    /// Where attached archives are.
    pub objects: Arc<dyn ObjectStore>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Who writes.
    pub house: Arc<House>,
    /// What sends.
    pub mailer: Arc<dyn Mailer>,
    /// How many mails may go to whom.
    pub budgets: Budgets,
    /// How long the work on one may take: the consumer's deadline.
    pub patience: TimeDelta,
}

/// How it ended, where it did not end as it should.
enum Stopped {
    /// It is over, in this state.
    Over(DeliveryState),
    /// It is over, and will never be taken: operators have to know.
    Refused(String),
    /// It is not to be sent, for this reason.
    Suppressed(Suppression),
    /// It is not.
    Verdict(Verdict),
}

impl From<coach_domain::Error> for Stopped {
    fn from(error: coach_domain::Error) -> Self {
        Self::Verdict(Verdict::retry(error))
    }
}

impl From<Error> for Stopped {
    fn from(error: Error) -> Self {
        match error {
            Error::UnknownKind { .. } => Self::Verdict(Verdict::Unknown),
            Error::Address => Self::Refused(error.to_string()),
            // Somebody has to mend it, and it is sent then.
            Error::Setting(_) => Self::Verdict(Verdict::retry(error)),
            Error::Payload(_) | Error::Enclosure(_) | Error::Defect(..) => {
                Self::Verdict(Verdict::fail(error))
            }
        }
    }
}

#[async_trait::async_trait]
impl Consumer for Letters {
    fn queue(&self) -> QueueName {
        self.queue
    }

    async fn consume(&self, message: &Delivery) -> Verdict {
        let envelope = &message.envelope;
        let post = match read(&envelope.kind, envelope.version, &envelope.payload) {
            Ok(post) => post,
            Err(Error::UnknownKind { .. }) => return Verdict::Unknown,
            Err(error) => return Verdict::fail(error),
        };
        let letterhead = Letterhead {
            envelope: envelope.id,
            member: envelope.member,
            template: &envelope.kind,
        };
        match self.deliver(&letterhead, &post).await {
            Ok(()) => Verdict::Done,
            Err(Stopped::Verdict(verdict)) => verdict,
            Err(Stopped::Suppressed(reason)) => match self.suppress(&letterhead, reason).await {
                Ok(()) => Verdict::Done,
                Err(error) => Verdict::retry(error),
            },
            Err(Stopped::Over(state)) => match self.end(&letterhead, state, None).await {
                Ok(()) => Verdict::Done,
                Err(error) => Verdict::retry(error),
            },
            Err(Stopped::Refused(reason)) => {
                match self.end(&letterhead, DeliveryState::Refused, None).await {
                    Ok(()) => {
                        tell(&letterhead, &reason);
                        Verdict::Done
                    }
                    Err(error) => Verdict::retry(error),
                }
            }
        }
    }
}

/// Tells operators of a mail that will never be sent, once: after it was recorded, so that no other try follows. Whose it
/// is the ids say; neither name nor address is told.
fn tell(mail: &Letterhead<'_>, reason: &str) {
    tracing::warn!(
        envelope = %mail.envelope,
        member = mail.member.map(|member| member.0.to_string()),
        template = mail.template,
        reason,
        "a mail is refused, and will never be sent"
    );
}

impl Letters {
    async fn deliver(&self, mail: &Letterhead<'_>, post: &Post) -> Result<(), Stopped> {
        if inbox::holds(&self.pool, NAME, mail.envelope).await? {
            return Ok(());
        }
        let about = post.about();
        let now = self.clock.now();
        if about.useful_until.is_some_and(|end| end <= now) {
            return Err(Stopped::Over(DeliveryState::Expired));
        }
        let (to, claims) = self.recipient(mail.member, post, &about, now).await?;
        if about.needs != Needs::Nothing
            && let Some(scope) = budget::used_up(&self.pool, &claims, now).await?
        {
            // What is enclosed is dear to make, and would not be sent.
            return self.over_budget(mail, &claims, scope).await;
        }
        let enclosure = self.enclosure(mail.member, &about.needs, now).await?;
        let message = render(mail.envelope, post, &to, &enclosure, &self.house, now)?;
        let transaction = self.pool.begin().await.map_err(coach_domain::Error::from)?;
        let begun = delivery::begin(&transaction, mail, about.repeat, now, self.patience).await?;
        if begun == Begun::Send(1)
            && let Some(scope) = budget::take(&transaction, &claims, now).await?
        {
            transaction
                .rollback()
                .await
                .map_err(coach_domain::Error::from)?;
            return self.over_budget(mail, &claims, scope).await;
        }
        transaction
            .commit()
            .await
            .map_err(coach_domain::Error::from)?;
        match begun {
            Begun::Send(_) => self.hand_over(mail, &message, about.repeat).await,
            // The inbox row is missing where an operator redrives what was forgotten; it is written again.
            Begun::Over(state) => Err(Stopped::Over(state)),
            Begun::Busy => Err(Stopped::Verdict(Verdict::Retry {
                after: self.patience.to_std().ok(),
                reason: "another worker is sending it, or ended while it was".to_owned(),
            })),
            Begun::MayBeSent => Err(Stopped::Over(DeliveryState::Unknown)),
        }
    }

    /// Whom it goes to, and the budgets that it takes from.
    async fn recipient(
        &self,
        member: Option<MemberId>,
        post: &Post,
        about: &About,
        now: DateTime<Utc>,
    ) -> Result<(Recipient, Vec<Claim>), Stopped> {
        match (post.recipient()?, member) {
            (Some(stranger), _) => {
                let claims = self.budgets.for_sign_in(&stranger.address);
                Ok((stranger, claims))
            }
            (None, Some(member)) => {
                let to = self.member(member, about.footing, now).await?;
                let claims = match about.footing {
                    Footing::Confirmation => self.budgets.for_confirmation(&to.address),
                    Footing::Service | Footing::Marketing => {
                        self.budgets.for_member(member, &to.address)
                    }
                };
                Ok((to, claims))
            }
            (None, None) => Err(Error::Address.into()),
        }
    }

    /// A member who may be written to.
    async fn member(
        &self,
        id: MemberId,
        footing: Footing,
        now: DateTime<Utc>,
    ) -> Result<Recipient, Stopped> {
        let found = member::find(&self.pool, &[id], now).await?.pop();
        // Who is gone, or has taken their address away, wants no mail.
        let gone = || Stopped::Suppressed(Suppression::NoRecipient);
        let found = found.ok_or_else(gone)?;
        let to = Recipient::of(&found).ok_or_else(gone)?;
        match (footing, found.email_confirmed_at) {
            // It has done its work.
            (Footing::Confirmation, Some(_)) => return Err(Stopped::Over(DeliveryState::Expired)),
            (Footing::Confirmation, None) => return Ok(to),
            (_, None) => return Err(Stopped::Suppressed(Suppression::Unconfirmed)),
            (_, Some(_)) => {}
        }
        let consents = consent::of_members(&self.pool, &[id]).await?;
        let mut consents = consents.values().flatten();
        let marketing = consents.find(|consent| consent.purpose == ConsentPurpose::MarketingEmail);
        // What has to offer to unsubscribe, and cannot, is not sent later either.
        let may_offer = footing == Footing::Service || self.house.offers_to_unsubscribe();
        if may_offer && footing.allows(marketing.map(|consent| consent.granted)) {
            Ok(to)
        } else {
            Err(Stopped::Suppressed(Suppression::Consent))
        }
    }

    /// Stops a mail that is over a budget, and tells operators so once in the budget's window.
    async fn over_budget(
        &self,
        mail: &Letterhead<'_>,
        claims: &[Claim],
        scope: budget::Scope,
    ) -> Result<(), Stopped> {
        if budget::tell(&self.pool, claims, scope).await? {
            tracing::warn!(
                template = mail.template,
                budget = ?scope,
                "a budget of mails is used up: what is over it is not sent until its window ends"
            );
        }
        Err(Stopped::Suppressed(Suppression::Budget))
    }

    async fn enclosure(
        &self,
        member: Option<MemberId>,
        needs: &Needs,
        now: DateTime<Utc>,
    ) -> Result<Enclosure, Stopped> {
        match (needs, member) {
            (Needs::Nothing, _) => Ok(Enclosure::Nothing),
            (Needs::Plan { cycle }, Some(member)) => {
                let catalogue = self.catalogue.get(&self.pool).await?;
                let id = CycleId { member, id: *cycle };
                let plan = PlanAttachment::load(&self.pool, &catalogue, id, now).await?;
                // The plan is gone, so there is nothing to tell.
                let plan = plan.ok_or(Stopped::Suppressed(Suppression::NoRecipient))?;
                Ok(Enclosure::Plan(Box::new(plan)))
            }
            (Needs::Plan { .. }, None) => Err(Error::Enclosure("a plan").into()),
            // It was withdrawn, and may not have been deleted yet.
            (Needs::Object { key }, _)
                if !member::export::is_kept(&self.pool, key, now).await? =>
            {
                Err(Stopped::Over(DeliveryState::Expired))
            }
            (Needs::Object { key }, _) => match self.objects.get(key).await {
                Ok(Some(object)) => Ok(Enclosure::Object(object.bytes)),
                // It was deleted when its time was over.
                Ok(None) => Err(Stopped::Over(DeliveryState::Expired)),
                Err(error) => Err(Stopped::Verdict(Verdict::retry(error))),
            },
        }
    }

    async fn hand_over(
        &self,
        mail: &Letterhead<'_>,
        message: &mail::Message,
        repeat: Repeat,
    ) -> Result<(), Stopped> {
        let sent = self.mailer.send(message).await;
        kill_point::reached("after-effect");
        match sent {
            Ok(provider) => {
                // A connection that died meanwhile shall not be why it is sent twice.
                let mut tries = 1;
                loop {
                    let end = self.end(mail, DeliveryState::Sent, provider.as_deref());
                    match end.await {
                        Err(error) if tries < TRIES => {
                            tracing::warn!(%error, "a mail that was sent is not marked yet; trying again");
                            tokio::time::sleep(backoff::after(
                                tries,
                                WAITS.0,
                                WAITS.1,
                                mail.envelope,
                            ))
                            .await;
                            tries += 1;
                        }
                        ended => return Ok(ended?),
                    }
                }
            }
            Err(mail::Error::Refused(reason)) => Err(Stopped::Refused(reason)),
            Err(mail::Error::Unknown(reason)) if repeat == Repeat::AtMostOnce => {
                tracing::warn!(reason, "a mail may be lost, and is not sent again");
                Err(Stopped::Over(DeliveryState::Unknown))
            }
            Err(error) => {
                let (state, after) = match &error {
                    mail::Error::Unavailable { after, .. } => (DeliveryState::Waiting, *after),
                    _ => (DeliveryState::Unknown, None),
                };
                let now = self.clock.now();
                delivery::record(&self.pool, mail, state, None, now).await?;
                let reason = error.to_string();
                Err(Stopped::Verdict(Verdict::Retry { after, reason }))
            }
        }
    }

    /// Records how it ended, and that it did, in one transaction.
    async fn end(
        &self,
        mail: &Letterhead<'_>,
        state: DeliveryState,
        provider: Option<&str>,
    ) -> coach_domain::Result<()> {
        let transaction = self.pool.begin().await?;
        inbox::enter(&transaction, NAME, mail.envelope).await?;
        delivery::record(&transaction, mail, state, provider, self.clock.now()).await?;
        kill_point::reached("before-inbox-commit");
        transaction.commit().await?;
        Ok(())
    }

    /// Records that it is not sent, and why, and counts it.
    async fn suppress(
        &self,
        mail: &Letterhead<'_>,
        reason: Suppression,
    ) -> coach_domain::Result<()> {
        let transaction = self.pool.begin().await?;
        inbox::enter(&transaction, NAME, mail.envelope).await?;
        delivery::suppress(&transaction, mail, reason, self.clock.now()).await?;
        transaction.commit().await?;
        suppressed::count(mail.template, reason);
        Ok(())
    }
}
