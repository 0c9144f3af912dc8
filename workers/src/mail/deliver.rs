//! The consumer of mail: finds the recipient of a letter, renders it, and passes it to the mailer. `docs/EMAIL.md`
//! explains what can be sent twice, and why.

use std::{
    num::NonZero,
    sync::{Arc, LazyLock},
    thread,
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use coach_domain::{
    account, catalogue,
    clock::Clock,
    consent,
    database::Pool,
    enums::ConsentPurpose,
    id::{CycleId, MemberId},
    inbox, kill_point,
    mail::{
        self, DeliveryGuarantee, Mailer,
        budget::{self, Budgets, Claim},
        delivery::{self, DeliveryKey, DeliveryState, SendDecision, Suppression},
    },
    member,
    object::ObjectStore,
    queue::QueueName,
};
use sea_orm::TransactionTrait as _;
use tokio::{sync::Semaphore, task::spawn_blocking, time::timeout};
use tracing::{Instrument as _, Span, field::Empty};

use super::{
    Attachment, ConsentBasis, EmailPayload, EmailProperties, Error, Recipient, RequiredAttachment,
    Sender, attachment::PlanAttachment, meter, render,
};
use crate::{
    backoff,
    consumer::{Ack, JobHandler, Jobs, ReceivedMessage},
};

/// The name in the inbox.
const NAME: &str = "email";

/// The maximum number of attempts to record that a mail was sent.
const MAX_ATTEMPTS: u32 = 5;

/// The delays between these attempts: first and longest. Together they are within the deadline of a message.
const BACKOFF_RANGE: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(2));

/// One permit for each core: more letters at once would only take longer to render.
static RENDERERS: LazyLock<Semaphore> =
    LazyLock::new(|| Semaphore::new(thread::available_parallelism().map_or(1, NonZero::get)));

/// Sends the letters of one of the mail queues.
#[derive(Clone)]
pub struct EmailConsumer {
    /// The queue.
    pub queue: QueueName,
    /// The database.
    pub pool: Pool,
    /// The catalogue, for attached plans.
    pub catalogue: Arc<catalogue::Cache>,
    /// The store of attached archives.
    pub objects: Arc<dyn ObjectStore>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The sender of the mail.
    pub sender: Arc<Sender>,
    /// The transport.
    pub mailer: Arc<dyn Mailer>,
    /// How many mails a member or an address may receive.
    pub budgets: Budgets,
    /// How long the processing of a message may take until it is sent, and how long sending it may take then:
    /// [`ConsumerOptions::deadline`](crate::consumer::ConsumerOptions).
    pub deadline: TimeDelta,
}

/// Why a letter was not sent.
enum NotSent {
    /// Its delivery ends in this state.
    Finished(DeliveryState),
    /// It can never be sent, for this reason. That is logged for operators.
    Refused(String),
    /// It must not be sent.
    Suppressed(Suppression),
    /// Its delivery is not finished, or was impossible to start.
    Ack(Ack),
}

impl<E> From<E> for NotSent
where
    Ack: From<E>,
{
    fn from(error: E) -> Self {
        Self::Ack(error.into())
    }
}

impl From<Error> for NotSent {
    fn from(error: Error) -> Self {
        match error {
            Error::Address => Self::Refused(error.to_string()),
            // It is sent when the setting has been corrected.
            Error::Setting(_) => Self::Ack(Ack::retry(error)),
            Error::Payload(_) | Error::Attachment(_) | Error::Defect(..) => {
                Self::Ack(Ack::dead_letter(error))
            }
        }
    }
}

impl JobHandler<EmailPayload> for EmailConsumer {
    fn inbox(&self) -> Option<(&Pool, &'static str)> {
        Some((&self.pool, NAME))
    }

    async fn handle(&self, payload: EmailPayload, message: &ReceivedMessage) -> Result<(), Ack> {
        let envelope = &message.envelope;
        let delivery_key = DeliveryKey {
            envelope: envelope.id,
            member: envelope.member,
            template: payload.properties().template,
        };
        match self.deliver(&delivery_key, payload).await {
            Ok(()) => {}
            Err(NotSent::Ack(ack)) => return Err(ack),
            Err(NotSent::Suppressed(reason)) => self.suppress(&delivery_key, reason).await?,
            Err(NotSent::Finished(state)) => self.finish(&delivery_key, state, None).await?,
            Err(NotSent::Refused(reason)) => {
                self.finish(&delivery_key, DeliveryState::Refused, None)
                    .await?;
                log_refusal(&delivery_key, &reason);
            }
        }
        Ok(())
    }
}

/// The span in which a mail is passed to the mail server or provider.
fn span(template: &'static str) -> Span {
    tracing::info_span!(
        "mail",
        "otel.name" = format!("deliver {template}"),
        "otel.kind" = "client",
        "coach.mail.template" = template,
        "coach.outcome" = Empty,
        "error.type" = Empty,
        "otel.status_code" = Empty,
    )
}

/// Logs a mail that will never be sent. To be called after that was recorded, so that it is logged only once. The log
/// has ids, but neither name nor address.
fn log_refusal(mail: &DeliveryKey, reason: &str) {
    tracing::warn!(
        envelope = %mail.envelope,
        member = mail.member.map(|member| member.0.to_string()),
        template = mail.template,
        reason,
        "a mail is refused, and will never be sent"
    );
}

impl EmailConsumer {
    /// The consumer of the queue.
    pub fn consumer(self) -> Jobs {
        Jobs::new(self.queue).on::<EmailPayload>(&Arc::new(self))
    }

    async fn deliver(&self, mail: &DeliveryKey, payload: EmailPayload) -> Result<(), NotSent> {
        let properties = payload.properties();
        let now = self.clock.now();
        if properties.useful_until.is_some_and(|end| end <= now) {
            return Err(NotSent::Finished(DeliveryState::Expired));
        }
        let (to, claims) = self
            .recipient(mail.member, &payload, &properties, now)
            .await?;
        if properties.required_attachment != RequiredAttachment::Nothing
            && let Some(scope) = budget::find_exhausted(&self.pool, &claims, now).await?
        {
            // Checked before the attachment is made, which is expensive.
            return self.over_budget(mail, &claims, scope).await;
        }
        let attachment = self
            .attachment(mail.member, &properties.required_attachment, now)
            .await?;
        let message = self.render(mail, payload, to, attachment, now).await?;
        let guarantee = properties.delivery_guarantee;
        let transaction = self.pool.begin().await?;
        let begun_at = self.clock.now();
        let begun = delivery::begin(&transaction, mail, guarantee, begun_at, self.deadline).await?;
        if begun == SendDecision::Send(1)
            && let Some(scope) = budget::take(&transaction, &claims, now).await?
        {
            transaction.rollback().await?;
            return self.over_budget(mail, &claims, scope).await;
        }
        transaction.commit().await?;
        match begun {
            SendDecision::Send(_) => self.send_to_the_end(*mail, message, guarantee).await,
            // The inbox row has expired, but the delivery has not: an operator redrove an old message. Recording the
            // state again writes the inbox row, too.
            SendDecision::Finished(state) => Err(NotSent::Finished(state)),
            SendDecision::InProgress => Err(NotSent::Ack(Ack::Retry {
                after: self.deadline.to_std().ok(),
                reason: "another worker is sending it, or ended while it was".to_owned(),
            })),
            SendDecision::MayHaveBeenSent => Err(NotSent::Finished(DeliveryState::Unknown)),
        }
    }

    /// The recipient, and the claims on the recipient's budgets.
    async fn recipient(
        &self,
        member: Option<MemberId>,
        payload: &EmailPayload,
        properties: &EmailProperties,
        now: DateTime<Utc>,
    ) -> Result<(Recipient, Vec<Claim>), NotSent> {
        match (payload.recipient()?, member) {
            (Some(unregistered), _) => {
                let claims = self.budgets.for_sign_in(&unregistered.address);
                Ok((unregistered, claims))
            }
            (None, Some(member)) => {
                let to = self.member(member, properties.consent_basis, now).await?;
                let claims = match properties.consent_basis {
                    ConsentBasis::Confirmation => self.budgets.for_confirmation(&to.address),
                    ConsentBasis::Service | ConsentBasis::Marketing => {
                        self.budgets.for_member(member, &to.address)
                    }
                };
                Ok((to, claims))
            }
            (None, None) => Err(Error::Address.into()),
        }
    }

    /// A member as a recipient, if mail of this kind may be sent to them.
    async fn member(
        &self,
        id: MemberId,
        consent_basis: ConsentBasis,
        now: DateTime<Utc>,
    ) -> Result<Recipient, NotSent> {
        let found = member::find(&self.pool, &[id], now).await?.pop();
        // The member was erased, or has removed their address.
        let gone = || NotSent::Suppressed(Suppression::NoRecipient);
        let found = found.ok_or_else(gone)?;
        let to = Recipient::from_member(&found).ok_or_else(gone)?;
        match (consent_basis, found.email_confirmed_at) {
            // The address is confirmed already.
            (ConsentBasis::Confirmation, Some(_)) => {
                return Err(NotSent::Finished(DeliveryState::Expired));
            }
            (ConsentBasis::Confirmation, None) => return Ok(to),
            (_, None) => return Err(NotSent::Suppressed(Suppression::Unconfirmed)),
            (_, Some(_)) => {}
        }
        let consents = consent::of_members(&self.pool, &[id]).await?;
        let mut consents = consents.values().flatten();
        let marketing = consents.find(|consent| consent.purpose == ConsentPurpose::MarketingEmail);
        // Mail that has to offer to unsubscribe, and cannot, is suppressed for good.
        let can_offer =
            consent_basis == ConsentBasis::Service || self.sender.offers_to_unsubscribe();
        if can_offer && consent_basis.allows(marketing.map(|consent| consent.granted)) {
            Ok(to)
        } else {
            Err(NotSent::Suppressed(Suppression::Consent))
        }
    }

    /// Suppresses a mail that exceeds a budget, and logs that once in the budget's window.
    async fn over_budget(
        &self,
        mail: &DeliveryKey,
        claims: &[Claim],
        scope: budget::Scope,
    ) -> Result<(), NotSent> {
        if budget::mark_reported(&self.pool, claims, scope).await? {
            tracing::warn!(
                template = mail.template,
                budget = ?scope,
                "a budget of mails is used up: what is over it is not sent until its window ends"
            );
        }
        Err(NotSent::Suppressed(Suppression::Budget))
    }

    async fn attachment(
        &self,
        member: Option<MemberId>,
        required_attachment: &RequiredAttachment,
        now: DateTime<Utc>,
    ) -> Result<Attachment, NotSent> {
        match (required_attachment, member) {
            (RequiredAttachment::Nothing, _) => Ok(Attachment::Nothing),
            (RequiredAttachment::Plan { cycle }, Some(member)) => {
                let catalogue = self.catalogue.get(&self.pool).await?;
                let id = CycleId { member, id: *cycle };
                let plan = PlanAttachment::load(&self.pool, &catalogue, id, now).await?;
                // The plan was deleted, so the letter has no content.
                let plan = plan.ok_or(NotSent::Suppressed(Suppression::NoRecipient))?;
                Ok(Attachment::Plan(Box::new(plan)))
            }
            (RequiredAttachment::Plan { .. }, None) => Err(Error::Attachment("a plan").into()),
            (RequiredAttachment::Object { key }, _) => {
                // The archive may be withdrawn, and its object not deleted yet.
                if !account::export::is_available(&self.pool, key, now).await? {
                    return Err(NotSent::Finished(DeliveryState::Expired));
                }
                let object = self.objects.get(key).await.map_err(Ack::retry)?;
                // The archive has expired and was deleted.
                let object = object.ok_or(NotSent::Finished(DeliveryState::Expired))?;
                Ok(Attachment::Object(object.bytes))
            }
        }
    }

    /// Renders on a thread for blocking work: a PDF takes so much CPU time that the other tasks of this thread would miss
    /// their deadlines.
    async fn render(
        &self,
        mail: &DeliveryKey,
        payload: EmailPayload,
        to: Recipient,
        attachment: Attachment,
        now: DateTime<Utc>,
    ) -> Result<mail::Message, NotSent> {
        let (id, sender) = (mail.envelope, self.sender.clone());
        // It cannot fail: the semaphore is never closed.
        let _permit = RENDERERS.acquire().await;
        let rendered =
            spawn_blocking(move || render(id, &payload, &to, &attachment, &sender, now)).await;
        // Only a panic ends it early, and that would happen again.
        let rendered = rendered.map_err(|_| Error::defect(mail.template, "rendering panicked"))?;
        Ok(rendered?)
    }

    /// Sends in a task of its own, which ends only with the process: what cancels the processing of the message, such as
    /// its deadline, must not come between the acceptance of a mail and its record.
    async fn send_to_the_end(
        &self,
        mail: DeliveryKey,
        message: mail::Message,
        guarantee: DeliveryGuarantee,
    ) -> Result<(), NotSent> {
        let letters = self.clone();
        let sending = async move { letters.send(&mail, &message, guarantee).await };
        let sent = tokio::spawn(sending.in_current_span()).await;
        sent.map_err(|panic| NotSent::Ack(Ack::retry(panic)))?
    }

    /// Passes a message to the mailer, and records the result.
    async fn send(
        &self,
        mail: &DeliveryKey,
        message: &mail::Message,
        delivery_guarantee: DeliveryGuarantee,
    ) -> Result<(), NotSent> {
        let limit = self.deadline.to_std().unwrap_or_default();
        let span = span(mail.template);
        let sending = self.mailer.send(message).instrument(span.clone());
        let sent = timeout(limit, sending).await;
        let sent = sent
            .unwrap_or_else(|_| Err(mail::Error::Unknown(format!("no answer within {limit:?}"))));
        let outcome = meter::outcome(&sent);
        meter::count_sent(mail.template, outcome);
        span.record("coach.outcome", outcome);
        if sent.is_err() {
            span.record("error.type", outcome);
            span.record("otel.status_code", "ERROR");
        }
        drop(span);
        kill_point::reached("after-effect");
        match sent {
            Ok(provider) => {
                // Retried here, so that a lost connection to the database is not the reason to send it twice.
                let mut attempts = 1;
                loop {
                    let finished = self.finish(mail, DeliveryState::Sent, provider.as_deref());
                    match finished.await {
                        Err(error) if attempts < MAX_ATTEMPTS => {
                            tracing::warn!(%error, "a mail was sent, which could not be recorded; trying again");
                            let delay = backoff::delay(attempts, BACKOFF_RANGE, mail.envelope);
                            tokio::time::sleep(delay).await;
                            attempts += 1;
                        }
                        finished => return Ok(finished?),
                    }
                }
            }
            Err(mail::Error::Refused(reason)) => Err(NotSent::Refused(reason)),
            Err(mail::Error::Unknown(reason))
                if delivery_guarantee == DeliveryGuarantee::AtMostOnce =>
            {
                tracing::warn!(reason, "a mail may be lost; it is not sent again");
                Err(NotSent::Finished(DeliveryState::Unknown))
            }
            Err(error) => {
                let (state, after) = match &error {
                    mail::Error::Unavailable { after, .. } => (DeliveryState::Waiting, *after),
                    _ => (DeliveryState::Unknown, None),
                };
                let now = self.clock.now();
                delivery::record(&self.pool, mail, state, None, now).await?;
                let reason = error.to_string();
                Err(NotSent::Ack(Ack::Retry { after, reason }))
            }
        }
    }

    /// Records the final state of a delivery, and the inbox row, in one transaction.
    async fn finish(
        &self,
        mail: &DeliveryKey,
        state: DeliveryState,
        provider: Option<&str>,
    ) -> coach_domain::Result<()> {
        let transaction = self.pool.begin().await?;
        inbox::insert(&transaction, NAME, mail.envelope).await?;
        delivery::record(&transaction, mail, state, provider, self.clock.now()).await?;
        kill_point::reached("before-inbox-commit");
        transaction.commit().await?;
        Ok(())
    }

    /// Records that a mail is suppressed, and counts it.
    async fn suppress(&self, mail: &DeliveryKey, reason: Suppression) -> coach_domain::Result<()> {
        let transaction = self.pool.begin().await?;
        inbox::insert(&transaction, NAME, mail.envelope).await?;
        delivery::suppress(&transaction, mail, reason, self.clock.now()).await?;
        transaction.commit().await?;
        meter::count_suppressed(mail.template, reason);
        Ok(())
    }
}
