//! The consumer of the queue `webhooks`: applies the events of shops to subscriptions.

mod standard;
mod stripe;

use std::{
    sync::{Arc, LazyLock, Once},
    time::Duration,
};

use chrono::{DateTime, Utc};
use coach_domain::{
    clock::Clock,
    database::{Pool, Session},
    kill_point,
    outbox::{self, OutboxBatch, Payload as _},
    purchase::{self, Products, PurchaseError, PurchaseVerifier as _, Report, ReportOutcome},
    webhook::{self, Event, EventOutcome, Source, WebhookArrived},
};
use opentelemetry::{KeyValue, global, metrics::Counter};
use sea_orm::{TransactionSession as _, TransactionTrait as _};
use tracing::{Instrument as _, Span, field::Empty};

use crate::{
    consumer::{Ack, JobHandler, Jobs, ReceivedMessage},
    shop::{Apple, GooglePlay, Notification, Stripe},
};

static EVENTS: LazyLock<Counter<u64>> = LazyLock::new(|| {
    global::meter("coach")
        .u64_counter("coach.webhook.events")
        .with_description("Events of shops that were worked on.")
        .build()
});

/// Handles webhook events. It needs no inbox, since processing an event again changes nothing.
pub struct Webhooks {
    /// The database.
    pub pool: Pool,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Verifies and parses Apple's notifications, if the App Store is configured.
    pub apple: Option<Apple>,
    /// The client of Google Play, if it is configured: its notifications only name a purchase.
    pub google: Option<Arc<GooglePlay>>,
    /// The client of Stripe, if it is configured. Without it, subscriptions are read from the events, whose timestamps
    /// are in whole seconds.
    pub stripe: Option<Arc<Stripe>>,
    /// The products at Stripe that give access.
    pub stripe_products: Products,
}

/// Why an event gives no report on a subscription.
#[derive(Clone, Debug, PartialEq, Eq)]
enum NoReport {
    /// It has nothing that this service needs, for this reason.
    Irrelevant(String),
    /// It cannot be parsed or verified, for this reason.
    Malformed(String),
    /// It is read again, since the shop or the database is not available.
    Retry(Ack),
}

impl From<serde_json::Error> for NoReport {
    fn from(error: serde_json::Error) -> Self {
        Self::Malformed(error.to_string())
    }
}

impl From<coach_domain::Error> for NoReport {
    fn from(error: coach_domain::Error) -> Self {
        Self::Retry(error.into())
    }
}

/// What follows from the response of a shop.
impl From<PurchaseError> for NoReport {
    fn from(error: PurchaseError) -> Self {
        match error {
            PurchaseError::Unavailable(_) => Self::Retry(Ack::retry(error)),
            error => Self::Irrelevant(error.to_string()),
        }
    }
}

impl JobHandler<WebhookArrived> for Webhooks {
    async fn handle(&self, arrived: WebhookArrived, _: &ReceivedMessage) -> Result<(), Ack> {
        let Some(event) = webhook::find(&self.pool, arrived.event).await? else {
            tracing::warn!(event = %arrived.event, "an event is not kept any more");
            return Ok(());
        };
        let span = tracing::info_span!(
            "webhook",
            "otel.name" = "apply webhook",
            "coach.webhook.source" = event.source.as_str(),
            "coach.outcome" = Empty,
        );
        self.process(&event).instrument(span).await
    }
}

impl Webhooks {
    /// The consumer of the queue.
    pub fn consumer(self) -> Jobs {
        // Exported from now on, though they are zero, so that the first event is an increase.
        for source in Source::ALL {
            for outcome in OUTCOMES {
                count(source, outcome, 0);
            }
        }
        Jobs::new(WebhookArrived::QUEUE).on::<WebhookArrived>(&Arc::new(self))
    }

    async fn process(&self, event: &Event) -> Result<(), Ack> {
        // Before the transaction, so that no locks are held during a request to a shop.
        let report = match self.read(event).await {
            Ok(report) => Ok(report),
            Err(NoReport::Irrelevant(why)) => Err(EventOutcome::Ignored(why)),
            Err(NoReport::Malformed(why)) => {
                tracing::error!(event = %event.id, why, "a webhook cannot be read");
                Err(EventOutcome::Failed(why))
            }
            Err(NoReport::Retry(ack)) => return Err(ack),
        };
        self.apply(event, report).await
    }

    /// Applies the report that an event gives, if any, and records the outcome of the event.
    async fn apply(&self, event: &Event, report: Result<Report, EventOutcome>) -> Result<(), Ack> {
        let now = self.clock.now();
        let session = Session::new(self.pool.clone(), Span::current());
        let transaction = session.begin().await?;
        let mut outbox = OutboxBatch::new(None, now);
        let outcome = match report {
            Err(outcome) => outcome,
            Ok(report) => match report.apply(&transaction, &mut outbox, now).await? {
                // A member linked the purchase at the same time.
                ReportOutcome::Retry => {
                    return Err(Ack::Retry {
                        after: Some(Duration::from_secs(1)),
                        reason: "the owner of the subscription has changed meanwhile".to_owned(),
                    });
                }
                ReportOutcome::UnknownMember => {
                    EventOutcome::Ignored("it is of nobody here".to_owned())
                }
                ReportOutcome::Recorded(_) | ReportOutcome::AwaitingLink => EventOutcome::Done,
            },
        };
        webhook::record_outcome(&transaction, event.id, &outcome, now).await?;
        outbox::insert(&transaction, outbox.messages(), &Span::current()).await?;
        kill_point::reached("before-webhook-commit");
        transaction.commit().await?;
        let outcome = outcome_name(&outcome);
        Span::current().record("coach.outcome", outcome);
        count(event.source, outcome, 1);
        if !outbox.messages().is_empty() {
            outbox::notify_relays();
        }
        Ok(())
    }

    /// Reads the report of an event. If the event does not have it all, it is requested from the shop.
    async fn read(&self, event: &Event) -> Result<Report, NoReport> {
        match event.source {
            Source::Standard => standard::read(&event.body),
            Source::Stripe => self.stripe(event).await,
            Source::AppStore => self.app_store(event),
            Source::GooglePlay => self.google_play(event).await,
            Source::Brightcove => Err(NoReport::Malformed("it is of another queue".to_owned())),
        }
    }

    fn app_store(&self, event: &Event) -> Result<Report, NoReport> {
        let unset = || NoReport::Irrelevant("COACH_APPLE_BUNDLE_ID is not set".to_owned());
        let apple = self.apple.as_ref().ok_or_else(unset)?;
        let notification = apple.notification(&event.body, event.received_at);
        let notification = notification.map_err(|error| NoReport::Malformed(error.to_string()))?;
        let irrelevant = |why| NoReport::Irrelevant(format!("{}: {why}", event.kind));
        notification.report.map_err(irrelevant)
    }

    /// Several events may have the same timestamp, so the current state of the subscription is requested.
    async fn stripe(&self, event: &Event) -> Result<Report, NoReport> {
        let (Some(stripe), Some(id)) = (&self.stripe, stripe::subscription_id(&event.body)) else {
            return stripe::read(&event.body, &self.stripe_products);
        };
        let requested_at = self.next_request_time().await?;
        Ok(stripe.subscription(&id, requested_at).await?)
    }

    /// The event only tells that a subscription has changed, so its current state is requested.
    async fn google_play(&self, event: &Event) -> Result<Report, NoReport> {
        let unset = || NoReport::Irrelevant("COACH_GOOGLE_PACKAGE is not set".to_owned());
        let google = self.google.as_ref().ok_or_else(unset)?;
        let notification = Notification::parse(&event.body);
        let notification = notification.map_err(|why| NoReport::Malformed(why.to_owned()))?;
        if notification.package != google.package() {
            // Each of these events is stored and counted, but logged only once, for the operators of Pub/Sub.
            static LOGGED: Once = Once::new();
            LOGGED.call_once(|| {
                tracing::warn!("the topic of Google Play has notifications of another app");
            });
            return Err(NoReport::Irrelevant("it is of another app".to_owned()));
        }
        let Some(token) = notification.purchase_token else {
            let why = format!("{} says nothing of a subscription", event.kind);
            return Err(NoReport::Irrelevant(why));
        };
        let requested_at = self.next_request_time().await?;
        Ok(google.verify(&token, requested_at).await?)
    }

    async fn next_request_time(&self) -> coach_domain::Result<DateTime<Utc>> {
        purchase::next_request_time(&self.pool, self.clock.now()).await
    }
}

/// What can become of an event, as it is named in telemetry.
const OUTCOMES: [&str; 3] = ["done", "ignored", "failed"];

fn outcome_name(outcome: &EventOutcome) -> &'static str {
    let [done, ignored, failed] = OUTCOMES;
    match outcome {
        EventOutcome::Done => done,
        EventOutcome::Ignored(_) => ignored,
        EventOutcome::Failed(_) => failed,
    }
}

/// Counts events that were worked on.
fn count(source: Source, outcome: &'static str, events: u64) {
    let source = KeyValue::new("coach.webhook.source", source.as_str());
    EVENTS.add(events, &[source, KeyValue::new("coach.outcome", outcome)]);
}
