//! Posts records to one partner.

use std::{
    sync::{Arc, LazyLock},
    time::Duration,
};

use chrono::{DateTime, Utc};
use coach_domain::{
    clock::Clock, partner::PartnerRecord, queue::Envelope, standard_webhooks::sign,
};
use opentelemetry::{KeyValue, global, metrics::Counter};
use reqwest::{Client, header::CONTENT_TYPE};
use serde::Serialize;
use uuid::Uuid;

use super::{
    PartnerOptions, PartnerSettings, address::PublicResolver, circuit_breaker::CircuitBreaker,
    response::PostResult,
};
use crate::api::{self, client_builder};

static REQUESTS: LazyLock<Counter<u64>> = LazyLock::new(|| {
    global::meter("coach")
        .u64_counter("coach.partner.requests")
        .with_unit("{request}")
        .with_description("Records that were posted to partners, by what became of them.")
        .build()
});

/// What can become of a request, as it is named in telemetry.
const OUTCOMES: [&str; 3] = ["accepted", "refused", "failed"];

/// Exports the counts of requests from now on, though they are zero, so that the first one is an increase.
pub(super) fn start_counting() {
    for outcome in OUTCOMES {
        REQUESTS.add(0, &[KeyValue::new("coach.outcome", outcome)]);
    }
}

pub(super) struct Partner {
    settings: PartnerSettings,
    client: Client,
    breaker: CircuitBreaker,
}

/// The body of a request, as `docs/PARTNERS.md` documents it. Fields may be added, but not removed.
#[derive(Serialize)]
struct Body<'a> {
    r#type: &'static str,
    #[serde(with = "coach_domain::clock::whole_seconds")]
    timestamp: DateTime<Utc>,
    sequence: i64,
    data: Data<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Data<'a> {
    member_id: Uuid,
    #[serde(flatten)]
    record: &'a PartnerRecord,
}

/// The JSON body for a record.
pub(super) fn body(
    envelope: &Envelope,
    member: Uuid,
    record: &PartnerRecord,
) -> Result<String, serde_json::Error> {
    serde_json::to_string(&Body {
        r#type: record.name(),
        timestamp: envelope.occurred_at,
        sequence: envelope.sequence,
        data: Data {
            member_id: member,
            record,
        },
    })
}

impl Partner {
    pub(super) fn new(
        settings: PartnerSettings,
        options: &PartnerOptions,
    ) -> Result<Self, reqwest::Error> {
        let PartnerSettings { allow_private, .. } = settings;
        let client = client_builder(options.timeout)
            .https_only(!allow_private)
            // A proxy would resolve names itself, and bypass the check of addresses.
            .no_proxy()
            .dns_resolver(Arc::new(PublicResolver { allow_private }));
        Ok(Self {
            client: client.build()?,
            breaker: CircuitBreaker::new(
                options.failure_threshold,
                options.open_duration,
                options.timeout,
            ),
            settings,
        })
    }

    pub(super) fn name(&self) -> &str {
        self.settings.name()
    }

    /// Posts a record. If the circuit breaker is open, returns how long to wait.
    pub(super) async fn send(
        &self,
        envelope: Uuid,
        body: &str,
        clock: &dyn Clock,
    ) -> Result<PostResult, Duration> {
        let permit = self.breaker.acquire(clock.now())?;
        let result = self.post(envelope, body, clock).await;
        let [accepted, refused, failed] = OUTCOMES;
        let outcome = match &result {
            PostResult::Accepted(_) => accepted,
            PostResult::Refused { .. } => refused,
            PostResult::Failed { .. } => failed,
        };
        REQUESTS.add(1, &[KeyValue::new("coach.outcome", outcome)]);
        match &result {
            // The partner works, even if it refuses the record.
            PostResult::Accepted(_) | PostResult::Refused { .. } => permit.succeed(),
            PostResult::Failed { after, .. } => permit.fail(clock.now(), *after),
        }
        Ok(result)
    }

    async fn post(&self, envelope: Uuid, body: &str, clock: &dyn Clock) -> PostResult {
        let id = envelope.to_string();
        let timestamp = clock.now().timestamp();
        let signature = sign(&self.settings.secrets, &id, timestamp, body.as_bytes());
        let request = self
            .client
            .post(self.settings.url.clone())
            .header(CONTENT_TYPE, "application/json")
            .header("webhook-timestamp", timestamp)
            .header("webhook-signature", signature)
            .header("webhook-id", &id)
            .header("idempotency-key", &id)
            .body(body.to_owned());
        match api::send(request).await {
            Ok(response) => PostResult::from_response(response, clock.now()).await,
            Err(error) => PostResult::from_error(&error),
        }
    }
}
