//! Consumers: what is done with the messages of a queue, and what does it. A message is received, done, and deleted;
//! whoever is slow keeps it hidden meanwhile, and what fails comes back later, five times in all.

mod deletion;
mod handle;
mod run;

use std::time::Duration;

use coach_domain::queue::{Envelope, QueueName};
use serde::de::DeserializeOwned;

pub use run::{Consuming, Pool};

/// A message, read.
#[derive(Clone, Debug, PartialEq)]
pub struct Delivery {
    /// What is to be done, with its payload brought to it.
    pub envelope: Envelope,
    /// How often it was received, this time included.
    pub receives: u32,
}

impl Delivery {
    /// What kind and version define.
    ///
    /// # Errors
    ///
    /// [`Verdict::Fail`] when it is not that: no other time will do.
    pub fn payload<T: DeserializeOwned>(&self) -> Result<T, Verdict> {
        let payload = serde_json::from_value(self.envelope.payload.clone());
        payload.map_err(|error| Verdict::fail(format!("its payload is not of its kind: {error}")))
    }
}

/// What became of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is done, or was before: it is deleted.
    Done,
    /// Not now: it comes back.
    Retry {
        /// When; by how often it has failed without.
        after: Option<Duration>,
        /// Why, for the log: nothing of a member's.
        reason: String,
    },
    /// Never: it becomes a dead letter at once.
    Fail {
        /// Why, for the log: nothing of a member's.
        reason: String,
    },
    /// We do not know its kind or version; a newer worker may. It comes back after a while, and is a dead letter in the
    /// end.
    Unknown,
}

impl Verdict {
    /// Not now.
    #[expect(clippy::needless_pass_by_value, reason = "errors and texts alike")]
    pub fn retry(reason: impl ToString) -> Self {
        Self::Retry {
            after: None,
            reason: reason.to_string(),
        }
    }

    /// Done, or to be tried again.
    pub fn of<T>(done: Result<T, impl ToString>) -> Self {
        done.map_or_else(Self::retry, |_| Self::Done)
    }

    /// Never.
    #[expect(clippy::needless_pass_by_value, reason = "errors and texts alike")]
    pub fn fail(reason: impl ToString) -> Self {
        Self::Fail {
            reason: reason.to_string(),
        }
    }
}

/// Does what the messages of one queue ask for.
///
/// A message comes at least once: its effect and its row in the [`inbox`](coach_domain::inbox) belong in one transaction.
#[async_trait::async_trait]
pub trait Consumer: Send + Sync + 'static {
    /// Whose messages.
    fn queue(&self) -> QueueName;

    /// Does one. Stopped at its next `await` when it takes longer than it may; it is tried again then.
    async fn consume(&self, delivery: &Delivery) -> Verdict;
}
