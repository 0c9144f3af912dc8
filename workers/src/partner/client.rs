//! One partner, as it is posted to.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use coach_domain::{clock::Clock, partner::Notice, queue::Envelope};
use reqwest::{Client, header::CONTENT_TYPE, redirect};
use serde::Serialize;
use uuid::Uuid;

use super::{PartnerOptions, PartnerSettings, address::Guarded, answer::Answer, breaker::Breaker};
use crate::{api::USER_AGENT, standard_webhooks::sign};

/// To connect, TLS included.
const CONNECT: Duration = Duration::from_secs(5);

pub(super) struct Partner {
    settings: PartnerSettings,
    client: Client,
    breaker: Breaker,
}

/// What is posted. `docs/PARTNERS.md` describes it; names may be added, none goes.
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
    notice: &'a Notice,
}

/// A record as partners get it, as JSON.
pub(super) fn body(
    envelope: &Envelope,
    member: Uuid,
    notice: &Notice,
) -> Result<String, serde_json::Error> {
    serde_json::to_string(&Body {
        r#type: notice.name(),
        timestamp: envelope.occurred_at,
        sequence: envelope.sequence,
        data: Data {
            member_id: member,
            notice,
        },
    })
}

impl Partner {
    pub(super) fn new(
        settings: PartnerSettings,
        options: &PartnerOptions,
    ) -> Result<Self, reqwest::Error> {
        let PartnerSettings { allow_private, .. } = settings;
        let client = Client::builder()
            .user_agent(USER_AGENT)
            .connect_timeout(CONNECT.min(options.timeout))
            .timeout(options.timeout)
            .https_only(!allow_private)
            .redirect(redirect::Policy::none())
            // A proxy would look names up itself, where we cannot see what comes of it.
            .no_proxy()
            .dns_resolver(Arc::new(Guarded { allow_private }));
        Ok(Self {
            client: client.build()?,
            breaker: Breaker::new(options.failures, options.rest, options.timeout),
            settings,
        })
    }

    pub(super) fn name(&self) -> &str {
        self.settings.name()
    }

    /// Posts a record, or says how long the partner is to be left alone.
    pub(super) async fn tell(
        &self,
        envelope: Uuid,
        body: &str,
        clock: &dyn Clock,
    ) -> Result<Answer, Duration> {
        let turn = self.breaker.enter(clock.now())?;
        let answer = self.post(envelope, body, clock).await;
        match &answer {
            // It works, whatever it thinks of the record.
            Answer::Taken(_) | Answer::Refused { .. } => turn.succeed(),
            Answer::Failed { after, .. } => turn.fail(clock.now(), *after),
        }
        Ok(answer)
    }

    async fn post(&self, envelope: Uuid, body: &str, clock: &dyn Clock) -> Answer {
        let id = envelope.to_string();
        let timestamp = clock.now().timestamp();
        let signature = sign(&self.settings.secrets, &id, timestamp, body.as_bytes());
        let sent = self
            .client
            .post(self.settings.url.clone())
            .header(CONTENT_TYPE, "application/json")
            .header("webhook-timestamp", timestamp)
            .header("webhook-signature", signature)
            .header("webhook-id", &id)
            .header("idempotency-key", &id)
            .body(body.to_owned())
            .send()
            .await;
        match sent {
            Ok(response) => Answer::of(response, clock.now()).await,
            Err(error) => Answer::without(&error),
        }
    }
}
