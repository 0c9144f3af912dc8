//! Consumers, which process the messages of the queues. A message is received, processed and deleted. While it is
//! processed its visibility timeout is extended. A message that fails is received again later; after the fifth failure
//! it is a dead letter.

mod deletion;
mod handle;
mod jobs;
mod run;

use std::time::Duration;

use coach_domain::queue::{Envelope, QueueName};
use sea_orm::DbErr;

pub use jobs::{JobHandler, Jobs};
pub use run::{ConsumerOptions, ConsumerPool};

/// A received message, deserialized.
#[derive(Clone, Debug, PartialEq)]
pub struct ReceivedMessage {
    /// The envelope, with its payload: one that was too large for the queue has been fetched from the object store.
    pub envelope: Envelope,
    /// How many times the message has been received, including this time.
    pub receives: u32,
}

/// How a consumer acknowledges a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ack {
    /// The message is processed, now or at an earlier receive. It is deleted.
    Done,
    /// A temporary failure. The message is received again.
    Retry {
        /// The delay. By default it grows with the number of receives.
        after: Option<Duration>,
        /// The reason, for the log. It must not contain personal data.
        reason: String,
    },
    /// A permanent failure. The message becomes a dead letter at once.
    DeadLetter {
        /// The reason, for the log. It must not contain personal data.
        reason: String,
    },
    /// This version does not know the message's kind or version; a newer worker may. The message is received again
    /// later, and finally becomes a dead letter.
    UnknownKind,
}

impl Ack {
    /// A [`Self::Retry`] with the default delay.
    #[expect(clippy::needless_pass_by_value, reason = "errors and texts alike")]
    pub fn retry(reason: impl ToString) -> Self {
        Self::Retry {
            after: None,
            reason: reason.to_string(),
        }
    }

    /// A [`Self::DeadLetter`].
    #[expect(clippy::needless_pass_by_value, reason = "errors and texts alike")]
    pub fn dead_letter(reason: impl ToString) -> Self {
        Self::DeadLetter {
            reason: reason.to_string(),
        }
    }
}

impl From<coach_domain::Error> for Ack {
    fn from(error: coach_domain::Error) -> Self {
        Self::retry(error.message_with_cause())
    }
}

impl From<DbErr> for Ack {
    fn from(error: DbErr) -> Self {
        coach_domain::Error::from(error).into()
    }
}

/// Processes the messages of one queue. The consumers of this service are [`Jobs`].
///
/// Messages are delivered at least once: commit the effect of a message and its row in the
/// [`inbox`](coach_domain::inbox) in one transaction.
#[async_trait::async_trait]
pub trait Consumer: Send + Sync + 'static {
    /// The queue whose messages it processes.
    fn queue(&self) -> QueueName;

    /// Processes a message. The future is dropped, and the message retried, when it takes longer than
    /// [`ConsumerOptions::deadline`].
    async fn consume(&self, message: &ReceivedMessage) -> Ack;
}
