//! The consumer of `webhooks`: takes over what shops say of subscriptions.

mod standard;
mod stripe;

use std::{
    sync::{Arc, LazyLock, Once},
    time::Duration,
};

use chrono::{DateTime, Utc};
use coach_domain::{
    clock::Clock,
    database::Pool,
    database::Session,
    kill_point,
    outbox::{self, Effects, Payload as _},
    queue::QueueName,
    subscription::{
        self, Applied, Report,
        apple::Apple,
        purchase::{Products, PurchaseError, PurchaseVerifier as _},
    },
    webhook::{self, Arrived, Event, Settled, Source},
};
use opentelemetry::{KeyValue, global, metrics::Counter};
use sea_orm::{TransactionSession as _, TransactionTrait as _};
use tracing::Span;

use crate::{
    consumer::{Consumer, Delivery, Verdict},
    shop::{GooglePlay, Notification, Stripe},
};

static EVENTS: LazyLock<Counter<u64>> = LazyLock::new(|| {
    global::meter("coach")
        .u64_counter("coach.webhook.events")
        .with_description("Events of shops that were worked on.")
        .build()
});

/// Does it. An event can be worked on any number of times: what was said once says nothing new.
pub struct Webhooks {
    /// The database.
    pub pool: Pool,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// What reads notifications of Apple's, where the app is sold there.
    pub apple: Option<Apple>,
    /// What Google says of the purchases that it only names, where the app is sold there.
    pub google: Option<Arc<GooglePlay>>,
    /// How Stripe says that subscriptions stand, where it can be asked. Without, events count as they come, whose dates
    /// are whole seconds.
    pub stripe: Option<Arc<Stripe>>,
    /// What of the products at Stripe counts.
    pub stripe_products: Products,
}

/// Why it cannot be told yet what an event says.
#[derive(Debug, thiserror::Error)]
enum NotYet {
    #[error(transparent)]
    Shop(PurchaseError),
    #[error(transparent)]
    Database(#[from] coach_domain::Error),
}

/// What an event says.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Said {
    /// How a subscription stands.
    Report(Report),
    /// Nothing that matters here: why.
    Nothing(String),
    /// Nothing that can be read: why.
    Unreadable(String),
}

#[async_trait::async_trait]
impl Consumer for Webhooks {
    fn queue(&self) -> QueueName {
        Arrived::QUEUE
    }

    async fn consume(&self, delivery: &Delivery) -> Verdict {
        let envelope = &delivery.envelope;
        if (envelope.kind.as_str(), envelope.version) != (Arrived::KIND, Arrived::VERSION) {
            return Verdict::Unknown;
        }
        let arrived: Arrived = match delivery.payload() {
            Ok(arrived) => arrived,
            Err(verdict) => return verdict,
        };
        let event = match webhook::find(&self.pool, arrived.event).await {
            Ok(Some(event)) => event,
            Ok(None) => {
                tracing::warn!(event = %arrived.event, "an event is not kept any more");
                return Verdict::Done;
            }
            Err(error) => return Verdict::retry(error),
        };
        // Before the transaction: some shops have to be asked, and nothing is to be locked meanwhile.
        let said = match self.read(&event).await {
            Ok(said) => said,
            Err(away) => return Verdict::retry(away),
        };
        match self.take_over(&event, said).await {
            Ok(true) => Verdict::Done,
            // Somebody linked the purchase at this moment.
            Ok(false) => Verdict::Retry {
                after: Some(Duration::from_secs(1)),
                reason: "whose the subscription is has changed meanwhile".to_owned(),
            },
            Err(error) => Verdict::retry(error),
        }
    }
}

impl Webhooks {
    /// False when it is to be tried again.
    async fn take_over(&self, event: &Event, said: Said) -> coach_domain::Result<bool> {
        let now = self.clock.now();
        let session = Session::new(self.pool.clone(), Span::current());
        let transaction = session.begin().await?;
        let mut effects = Effects::new(None, now);
        let settled = match said {
            Said::Nothing(why) => Settled::Ignored(why),
            Said::Unreadable(why) => {
                tracing::error!(event = %event.id, why, "a webhook cannot be read");
                Settled::Failed(why)
            }
            Said::Report(report) => match report.apply(&transaction, &mut effects, now).await? {
                Applied::Again => return Ok(false),
                Applied::OfNobody => Settled::Ignored("it is of nobody here".to_owned()),
                Applied::Recorded(_) | Applied::Waits => Settled::Done,
            },
        };
        webhook::settle(&transaction, event.id, &settled, now).await?;
        outbox::insert(&transaction, effects.owed(), &Span::current(), now).await?;
        kill_point::reached("before-webhook-commit");
        transaction.commit().await?;
        EVENTS.add(
            1,
            &[
                KeyValue::new("coach.webhook.source", event.source.as_str()),
                KeyValue::new("coach.outcome", outcome(&settled)),
            ],
        );
        if !effects.owed().is_empty() {
            outbox::announce();
        }
        Ok(true)
    }

    /// What an event says; an error while its shop cannot be asked.
    async fn read(&self, event: &Event) -> Result<Said, NotYet> {
        Ok(match event.source {
            Source::Standard => standard::read(&event.body),
            Source::Stripe => self.stripe(event).await?,
            Source::AppStore => self.app_store(event),
            Source::GooglePlay => self.google_play(event).await?,
            Source::Brightcove => Said::Unreadable("it is of another queue".to_owned()),
        })
    }

    fn app_store(&self, event: &Event) -> Said {
        let Some(apple) = &self.apple else {
            return Said::Nothing("COACH_APPLE_BUNDLE_ID is not set".to_owned());
        };
        match apple.notification(&event.body, event.received_at) {
            Ok(notification) => match notification.report {
                Ok(report) => Said::Report(report),
                Err(why) => Said::Nothing(format!("{}: {why}", event.kind)),
            },
            Err(error) => Said::Unreadable(error.to_string()),
        }
    }

    /// Several events may have the same second, so it is asked how the subscription stands now.
    async fn stripe(&self, event: &Event) -> Result<Said, NotYet> {
        let (Some(stripe), Some(id)) = (&self.stripe, stripe::changed(&event.body)) else {
            return Ok(stripe::read(&event.body, &self.stripe_products));
        };
        let asked_at = self.date_of_asking().await?;
        said(stripe.subscription(&id, asked_at).await)
    }

    /// The event says only that something has changed; how the subscription stands now, Google is asked.
    async fn google_play(&self, event: &Event) -> Result<Said, NotYet> {
        let Some(google) = &self.google else {
            return Ok(Said::Nothing("COACH_GOOGLE_PACKAGE is not set".to_owned()));
        };
        let notification = match Notification::read(&event.body) {
            Ok(notification) => notification,
            Err(why) => return Ok(Said::Unreadable(why.to_owned())),
        };
        if notification.package != google.package() {
            // Each is kept, and counted; whoever looks after Pub/Sub needs to hear of it once.
            static TOLD: Once = Once::new();
            TOLD.call_once(|| {
                tracing::warn!("the topic of Google Play has notifications of another app");
            });
            return Ok(Said::Nothing("it is of another app".to_owned()));
        }
        let Some(token) = notification.purchase_token else {
            return Ok(Said::Nothing(format!(
                "{} says nothing of a subscription",
                event.kind
            )));
        };
        let asked_at = self.date_of_asking().await?;
        said(google.verify(&token, asked_at).await)
    }

    async fn date_of_asking(&self) -> coach_domain::Result<DateTime<Utc>> {
        subscription::date_of_asking(&self.pool, self.clock.now()).await
    }
}

fn outcome(settled: &Settled) -> &'static str {
    match settled {
        Settled::Done => "done",
        Settled::Ignored(_) => "ignored",
        Settled::Failed(_) => "failed",
    }
}

/// What a shop that was asked has said.
fn said(answer: Result<Report, PurchaseError>) -> Result<Said, NotYet> {
    match answer {
        Ok(report) => Ok(Said::Report(report)),
        Err(away @ PurchaseError::Unavailable(_)) => Err(NotYet::Shop(away)),
        Err(error) => Ok(Said::Nothing(error.to_string())),
    }
}
