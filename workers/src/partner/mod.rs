//! The consumer of the queue `partner-sync`: posts records to the partners.
//!
//! Each partner is a consumer of its own in the inbox, `partner:NAME`, so that a retry or a redrive posts a record only
//! to partners that have not accepted it. That is why the handler looks into the inbox itself, for all partners at once.
//! The inbox row is inserted after the response; if the process dies in between, the record is posted again with the
//! same id.

mod address;
mod circuit_breaker;
mod client;
mod response;
mod settings;

use std::{collections::HashMap, sync::Arc, time::Duration};

use coach_domain::{
    clock::Clock,
    consent,
    database::Pool,
    inbox, kill_point,
    partner::{
        PartnerRecord,
        delivery::{self, DeliveryStatus, PartnerDelivery},
    },
    queue::{Envelope, MAX_RECEIVES, QueueName},
};
use futures_util::future::join_all;
use sea_orm::TransactionTrait as _;
use tracing::Instrument as _;
use uuid::Uuid;

pub use settings::{PartnerOptions, PartnerSettings, PartnerSettingsError};

use crate::{
    backoff,
    consumer::{Ack, JobHandler, Jobs, ReceivedMessage},
};
use client::{Partner, body};
use response::PostResult;

/// The delays after the first receive, the second, and so on. A partner that is unavailable for two hours misses no
/// records.
const RETRY_DELAYS: [Duration; 4] = [
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

impl PartnerSync {
    /// A consumer that posts to these partners, whose names must be unique.
    ///
    /// # Errors
    ///
    /// When an HTTP client cannot be created, for example because the machine has no root certificates.
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

    /// The consumer of the queue.
    pub fn consumer(self) -> Jobs {
        client::start_counting();
        Jobs::new(QueueName::PartnerSync).on::<PartnerRecord>(&Arc::new(self))
    }

    /// Delivers a record to all partners that have not accepted it. Returns what each delivery alone would mean for the
    /// message.
    async fn deliver_to_all(
        &self,
        envelope: &Envelope,
        receives: u32,
        record: &PartnerRecord,
        member: Uuid,
    ) -> Result<Vec<Ack>, coach_domain::Error> {
        let finished = inbox::consumers(&self.database, envelope.id).await?;
        let partners = self.partners.iter();
        let partners: Vec<_> = partners
            .filter(|partner| !finished.contains(&consumer_name(partner)))
            .collect();
        if partners.is_empty() {
            return Ok(Vec::new());
        }
        if !self.may_be_shared(envelope, record).await? {
            for partner in partners {
                self.finish(envelope, partner, DeliveryStatus::Withheld, None)
                    .await?;
            }
            return Ok(Vec::new());
        }
        // A retry for another partner does not post the record again to a partner that refused it. A redrive does,
        // since its count of receives starts over.
        let previous = if receives > 1 {
            delivery::latest(&self.database, envelope.id).await?
        } else {
            HashMap::new()
        };
        let body = body(envelope, member, record);
        let body = body.map_err(|error| coach_domain::Error::Invariant(error.to_string()))?;
        let deliveries = partners.into_iter().map(async |partner| {
            if previous.get(partner.name()) == Some(&DeliveryStatus::Refused) {
                let reason = format!("{}: refused it before", partner.name());
                return Ok(Ack::DeadLetter { reason });
            }
            self.deliver(envelope, partner, &body).await
        });
        join_all(deliveries).await.into_iter().collect()
    }

    async fn deliver(
        &self,
        envelope: &Envelope,
        partner: &Partner,
        body: &str,
    ) -> Result<Ack, coach_domain::Error> {
        let name = partner.name();
        let span = tracing::info_span!(
            "partner",
            "otel.name" = format!("partner {name}"),
            "coach.partner" = name,
            "coach.envelope.kind" = envelope.kind,
        );
        let sending = partner.send(envelope.id, body, self.clock.as_ref());
        let result = sending.instrument(span).await;
        Ok(match result {
            Ok(PostResult::Accepted(status)) => {
                kill_point::reached("after-effect");
                self.finish(envelope, partner, DeliveryStatus::Taken, Some(status))
                    .await?;
                Ack::Done
            }
            Ok(PostResult::Refused { status, reason }) => {
                let row = self.row(envelope, partner, DeliveryStatus::Refused, status);
                delivery::record(&self.database, &row).await?;
                Ack::dead_letter(format!("{name}: {reason}"))
            }
            Ok(PostResult::Failed {
                status,
                after,
                reason,
            }) => {
                let row = self.row(envelope, partner, DeliveryStatus::Failed, status);
                delivery::record(&self.database, &row).await?;
                let reason = format!("{name}: {reason}");
                Ack::Retry { after, reason }
            }
            Err(wait) => Ack::Retry {
                after: Some(wait),
                reason: format!("{name} failed again and again, and is left alone for now"),
            },
        })
    }

    async fn may_be_shared(
        &self,
        envelope: &Envelope,
        record: &PartnerRecord,
    ) -> Result<bool, coach_domain::Error> {
        let Some(member) = envelope.member.filter(|_| record.requires_consent()) else {
            return Ok(record.may_be_shared(&[]));
        };
        let consents = consent::of_members(&self.database, &[member]).await?;
        let consents = consents.get(&member).into_iter().flatten();
        let granted = consents.filter(|consent| consent.granted);
        let granted: Vec<_> = granted.map(|consent| consent.purpose).collect();
        Ok(record.may_be_shared(&granted))
    }

    /// Records the end of the delivery to a partner, and the inbox row, in one transaction.
    async fn finish(
        &self,
        envelope: &Envelope,
        partner: &Partner,
        status: DeliveryStatus,
        http_status: Option<u16>,
    ) -> Result<(), coach_domain::Error> {
        let transaction = self.database.begin().await?;
        // Another worker may have received the same message, and finished first.
        if inbox::insert(&transaction, &consumer_name(partner), envelope.id).await? {
            let row = self.row(envelope, partner, status, http_status);
            delivery::record(&transaction, &row).await?;
        }
        kill_point::reached("before-inbox-commit");
        transaction.commit().await?;
        Ok(())
    }

    fn row(
        &self,
        envelope: &Envelope,
        partner: &Partner,
        status: DeliveryStatus,
        http_status: Option<u16>,
    ) -> PartnerDelivery {
        PartnerDelivery {
            envelope_id: envelope.id,
            partner: partner.name().to_owned(),
            kind: envelope.kind.clone(),
            status,
            answer: http_status.and_then(|status| status.try_into().ok()),
            at: self.clock.now(),
        }
    }
}

impl JobHandler<PartnerRecord> for PartnerSync {
    async fn handle(&self, record: PartnerRecord, message: &ReceivedMessage) -> Result<(), Ack> {
        let ReceivedMessage { envelope, receives } = message;
        let member = envelope.member;
        let member = member.ok_or_else(|| Ack::dead_letter("it names no member"))?;
        let deliveries = self.deliver_to_all(envelope, *receives, &record, member.0);
        combine(deliveries.await?, envelope, *receives)
    }
}

/// What follows from all deliveries: a retry as long as one of them may succeed, and a dead letter if all others were
/// refused.
fn combine(deliveries: Vec<Ack>, envelope: &Envelope, receives: u32) -> Result<(), Ack> {
    let (mut reasons, mut retry_after) = (Vec::new(), None::<Duration>);
    for delivery in deliveries {
        match delivery {
            Ack::Done | Ack::UnknownKind => {}
            Ack::DeadLetter { reason } => reasons.push(reason),
            Ack::Retry { after, reason } => {
                reasons.push(reason);
                retry_after = Some(retry_after.max(after).unwrap_or_default());
            }
        }
    }
    let reason = reasons.join("; ");
    let after = match retry_after {
        // After the last receive, released at once, so that it becomes a dead letter.
        Some(_) if receives >= MAX_RECEIVES => Duration::ZERO,
        Some(requested) => requested.max(retry_delay(envelope, receives)),
        None if reason.is_empty() => return Ok(()),
        None => return Err(Ack::dead_letter(reason)),
    };
    let after = Some(after);
    Err(Ack::Retry { after, reason })
}

/// The minimum delay of a retry. It grows with each receive, whatever delay a partner asks for, since there are only
/// five.
fn retry_delay(envelope: &Envelope, receives: u32) -> Duration {
    let index = usize::try_from(receives).unwrap_or(usize::MAX);
    let delay = RETRY_DELAYS
        .get(index.saturating_sub(1))
        .copied()
        .unwrap_or_default();
    backoff::delay(1, (delay, delay), envelope.id)
}

/// The name of a partner's consumer in the inbox.
fn consumer_name(partner: &Partner) -> String {
    format!("partner:{}", partner.name())
}
