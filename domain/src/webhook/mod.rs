//! Inbound webhooks: verified events are stored as they were received, and processed after the HTTP response.

mod event;
mod insert;
mod operate;
mod replay;

use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    Result,
    enums::stored_enum,
    outbox::{OutboxBatch, Payload},
    queue::QueueName,
};

pub use event::{Event, EventOutcome, PURGE, find, record_outcome};
pub use insert::{IncomingEvent, insert};
pub use operate::{EventSummary, find_all, latest, replay};
pub use replay::{ReplayWebhookEvents, replay_all};

stored_enum! {
    /// The sender of an event.
    Source {
        /// Brightcove's live API.
        Brightcove = "brightcove",
        /// Any sender that follows the Standard Webhooks specification.
        Standard = "standard",
        /// Stripe.
        Stripe = "stripe",
        /// Apple's App Store.
        AppStore = "app-store",
        /// Google Play, through Pub/Sub.
        GooglePlay = "google-play",
    }
}

stored_enum! {
    /// The state of an event's processing.
    EventState {
        /// It is not processed yet.
        Received = "RECEIVED",
        /// Its content is applied.
        Done = "DONE",
        /// It is irrelevant for this service.
        Ignored = "IGNORED",
        /// It cannot be processed.
        Failed = "FAILED",
    }
}

impl Source {
    /// All sources.
    pub const ALL: [Self; 5] = [
        Self::Brightcove,
        Self::Standard,
        Self::Stripe,
        Self::AppStore,
        Self::GooglePlay,
    ];

    /// The source of this name, such as `app-store`.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == text)
    }

    /// Enqueues the processing of an event of this source.
    fn enqueue(self, outbox: &mut OutboxBatch, event: Uuid) -> Result<()> {
        match self {
            Self::Brightcove => outbox.enqueue(&VideoWebhookArrived { event }),
            _ => outbox.enqueue(&WebhookArrived { event }),
        }
        .map(drop)
    }
}

/// The message that an event waits to be processed.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct WebhookArrived {
    /// The id of the event's row.
    pub event: Uuid,
}

impl Payload for WebhookArrived {
    const QUEUE: QueueName = QueueName::Webhooks;
    const KIND: &'static str = "webhook.arrived";
}

/// [`WebhookArrived`] for video events, on a queue of its own, so that nothing else delays them.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct VideoWebhookArrived {
    /// The id of the event's row.
    pub event: Uuid,
}

impl Payload for VideoWebhookArrived {
    const QUEUE: QueueName = QueueName::Live;
    const KIND: &'static str = WebhookArrived::KIND;
}
