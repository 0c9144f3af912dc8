//! Notifications that others send: kept as they came once they are known to be genuine, and worked on behind the answer.

mod event;
mod keep;
mod operate;

use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    Result,
    outbox::{Effects, Payload},
    preferences::stored_enum,
    queue::QueueName,
};

pub use event::{Event, Settled, find, forget, settle};
pub use keep::{Incoming, keep};
pub use operate::{Brief, latest, replay};

stored_enum! {
    /// Who sends.
    Source {
        /// Brightcove's live API.
        Brightcove = "brightcove",
        /// Whoever keeps to Standard Webhooks.
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
    /// What became of an event.
    EventState {
        /// It is still to be worked on.
        Received = "RECEIVED",
        /// What it says is taken over.
        Done = "DONE",
        /// It says nothing that matters here.
        Ignored = "IGNORED",
        /// It cannot be worked on.
        Failed = "FAILED",
    }
}

impl Source {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Brightcove,
        Self::Standard,
        Self::Stripe,
        Self::AppStore,
        Self::GooglePlay,
    ];

    /// The one of this name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == text)
    }

    /// Owes the work on an event of it.
    fn owe(self, effects: &mut Effects, event: Uuid) -> Result<()> {
        match self {
            Self::Brightcove => effects.owe(&VideoArrived { event }),
            _ => effects.owe(&Arrived { event }),
        }
        .map(drop)
    }
}

/// An event is to be worked on.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Arrived {
    /// The row.
    pub event: Uuid,
}

impl Payload for Arrived {
    const QUEUE: QueueName = QueueName::Webhooks;
    const KIND: &'static str = "webhook.arrived";
}

/// The same, on video: nothing else is waited for.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct VideoArrived {
    /// The row.
    pub event: Uuid,
}

impl Payload for VideoArrived {
    const QUEUE: QueueName = QueueName::Live;
    const KIND: &'static str = Arrived::KIND;
}
