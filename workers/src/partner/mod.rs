//! Tells partners what concerns them: takes records from the queue `partner-sync` and posts them to each partner.
//!
//! A partner has a row of its own in the inbox, `partner:NAME`, so that a retry or a redrive goes only to those that
//! have not taken the record. It is written after the answer; when the process ends in between, the record is posted
//! again under the same id.

mod address;
mod answer;
mod breaker;
mod client;
mod settings;

use std::{collections::HashMap, sync::Arc, time::Duration};

use coach_domain::{
    clock::Clock,
    consent,
    database::Pool,
    inbox, kill_point,
    partner::{
        Notice, Unreadable,
        delivery::{self, Delivery as Outcome, DeliveryStatus},
    },
    queue::{Envelope, MAX_RECEIVES, QueueName},
};
use futures_util::future::join_all;
use sea_orm::TransactionTrait as _;
use uuid::Uuid;

pub use settings::{NoPartner, PartnerOptions, PartnerSettings};

use crate::{
    backoff,
    consumer::{Consumer, Delivery, Verdict},
};
use answer::Answer;
use client::{Partner, body};

/// How long to wait after the first receive, the second, and so on: a partner that is away for two hours misses
/// nothing.
const WAITS: [Duration; 4] = [
    Duration::from_secs(10),
    Duration::from_mins(2),
    Duration::from_mins(15),
    Duration::from_hours(2),
];

/// Posts records to partners.
pub struct PartnerSync {
    partners: Vec<Partner>,
    database: Pool,
    clock: Arc<dyn Clock>,
}

/// What one partner's part came to.
enum Part {
    Done,
    Refused(String),
    Again {
        after: Option<Duration>,
        reason: String,
    },
}

impl PartnerSync {
    /// To these partners, whose names differ.
    ///
    /// # Errors
    ///
    /// When there can be no client: the machine has no certificates to trust, say.
    pub fn new(
        partners: Vec<PartnerSettings>,
        options: &PartnerOptions,
        database: Pool,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, reqwest::Error> {
        let partners = partners.into_iter();
        let partners = partners.map(|settings| Partner::new(settings, options));
        Ok(Self {
            partners: partners.collect::<Result<_, _>>()?,
            database,
            clock,
        })
    }

    /// The parts of all partners that have not taken the record.
    async fn tell_all(
        &self,
        envelope: &Envelope,
        receives: u32,
        notice: &Notice,
        member: Uuid,
    ) -> Result<Vec<Part>, coach_domain::Error> {
        let told = inbox::consumers(&self.database, envelope.id).await?;
        let partners = self.partners.iter();
        let partners: Vec<_> = partners
            .filter(|partner| !told.contains(&consumer(partner)))
            .collect();
        if partners.is_empty() {
            return Ok(Vec::new());
        }
        if !self.may_be_told(envelope, notice).await? {
            for partner in partners {
                self.settle(envelope, partner, DeliveryStatus::Withheld, None)
                    .await?;
            }
            return Ok(Vec::new());
        }
        // A partner that refused is not asked again because another was not there. A redrive begins to count anew,
        // and asks it.
        let before = if receives > 1 {
            delivery::latest(&self.database, envelope.id).await?
        } else {
            HashMap::new()
        };
        let body = body(envelope, member, notice);
        let body = body.map_err(|error| coach_domain::Error::Invariant(error.to_string()))?;
        let parts = partners.into_iter().map(async |partner| {
            if before.get(partner.name()) == Some(&DeliveryStatus::Refused) {
                let reason = format!("{}: refused it before", partner.name());
                return Ok(Part::Refused(reason));
            }
            self.tell(envelope, partner, &body).await
        });
        join_all(parts).await.into_iter().collect()
    }

    async fn tell(
        &self,
        envelope: &Envelope,
        partner: &Partner,
        body: &str,
    ) -> Result<Part, coach_domain::Error> {
        let name = partner.name();
        let answer = partner.tell(envelope.id, body, self.clock.as_ref()).await;
        Ok(match answer {
            Ok(Answer::Taken(status)) => {
                kill_point::reached("after-effect");
                self.settle(envelope, partner, DeliveryStatus::Taken, Some(status))
                    .await?;
                Part::Done
            }
            Ok(Answer::Refused { status, reason }) => {
                let outcome = self.outcome(envelope, partner, DeliveryStatus::Refused, status);
                delivery::record(&self.database, &outcome).await?;
                Part::Refused(format!("{name}: {reason}"))
            }
            Ok(Answer::Failed {
                status,
                after,
                reason,
            }) => {
                let outcome = self.outcome(envelope, partner, DeliveryStatus::Failed, status);
                delivery::record(&self.database, &outcome).await?;
                let reason = format!("{name}: {reason}");
                Part::Again { after, reason }
            }
            Err(left) => Part::Again {
                after: Some(left),
                reason: format!("{name} failed again and again, and is left alone for now"),
            },
        })
    }

    async fn may_be_told(
        &self,
        envelope: &Envelope,
        notice: &Notice,
    ) -> Result<bool, coach_domain::Error> {
        let Some(member) = envelope.member.filter(|_| notice.wants_consent()) else {
            return Ok(notice.may_be_told(&[]));
        };
        let consents = consent::of_members(&self.database, &[member]).await?;
        let consents = consents.get(&member).map_or(&[][..], Vec::as_slice);
        Ok(notice.may_be_told(consents))
    }

    /// This partner's part is over.
    async fn settle(
        &self,
        envelope: &Envelope,
        partner: &Partner,
        status: DeliveryStatus,
        answer: Option<u16>,
    ) -> Result<(), coach_domain::Error> {
        let transaction = self.database.begin().await?;
        // Somebody else may have been told of the same message, and been faster.
        if inbox::enter(&transaction, &consumer(partner), envelope.id).await? {
            let outcome = self.outcome(envelope, partner, status, answer);
            delivery::record(&transaction, &outcome).await?;
        }
        kill_point::reached("before-inbox-commit");
        transaction.commit().await?;
        Ok(())
    }

    fn outcome(
        &self,
        envelope: &Envelope,
        partner: &Partner,
        status: DeliveryStatus,
        answer: Option<u16>,
    ) -> Outcome {
        Outcome {
            envelope_id: envelope.id,
            partner: partner.name().to_owned(),
            kind: envelope.kind.clone(),
            status,
            answer: answer.and_then(|status| status.try_into().ok()),
            at: self.clock.now(),
        }
    }
}

#[async_trait::async_trait]
impl Consumer for PartnerSync {
    fn queue(&self) -> QueueName {
        QueueName::PartnerSync
    }

    async fn consume(&self, delivery: &Delivery) -> Verdict {
        let envelope = &delivery.envelope;
        let notice = match Notice::read(envelope) {
            Ok(notice) => notice,
            Err(Unreadable::Unknown) => return Verdict::Unknown,
            Err(error) => return Verdict::fail(error),
        };
        let Some(member) = envelope.member else {
            return Verdict::fail("it names no member");
        };
        let parts = self.tell_all(envelope, delivery.receives, &notice, member.0);
        match parts.await {
            Ok(parts) => verdict(parts, envelope, delivery.receives),
            Err(error) => Verdict::retry(error),
        }
    }
}

/// As long as somebody may take it later it is tried again; dead is what nobody will take any more.
fn verdict(parts: Vec<Part>, envelope: &Envelope, receives: u32) -> Verdict {
    let (mut reasons, mut again) = (Vec::new(), None::<Duration>);
    for part in parts {
        match part {
            Part::Done => {}
            Part::Refused(reason) => reasons.push(reason),
            Part::Again { after, reason } => {
                reasons.push(reason);
                again = Some(again.max(after).unwrap_or_default());
            }
        }
    }
    let reason = reasons.join("; ");
    match again {
        // It was the last receive: a dead letter, and at once.
        Some(_) if receives >= MAX_RECEIVES => Verdict::Retry {
            after: Some(Duration::ZERO),
            reason,
        },
        Some(asked) => Verdict::Retry {
            after: Some(asked.max(wait(envelope, receives))),
            reason,
        },
        None if reason.is_empty() => Verdict::Done,
        None => Verdict::fail(reason),
    }
}

/// Longer each time, however short a partner is to be left alone: each receive is one of five.
fn wait(envelope: &Envelope, receives: u32) -> Duration {
    let place = usize::try_from(receives).unwrap_or(usize::MAX);
    let wait = WAITS
        .get(place.saturating_sub(1))
        .copied()
        .unwrap_or_default();
    backoff::after(1, wait, wait, envelope.id)
}

/// What it is called in the inbox.
fn consumer(partner: &Partner) -> String {
    format!("partner:{}", partner.name())
}
