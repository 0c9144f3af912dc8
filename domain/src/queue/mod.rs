//! The interface of message queues, for workers and the relay. Amazon SQS and our queues in Postgres implement it. A
//! message is delivered at least once: a receive hides it from other receivers for the visibility timeout, and the
//! consumer deletes it after processing. After [`MAX_RECEIVES`] receives it becomes a dead letter.

mod envelope;
mod name;
mod operations;

use std::time::Duration;

use chrono::{DateTime, Utc};

pub use envelope::Envelope;
pub use name::QueueName;
pub use operations::Operations;

/// How many times a message is received before it becomes a dead letter.
pub const MAX_RECEIVES: u32 = 5;

/// The most messages that one call sends, receives or deletes.
pub const MAX_BATCH_SIZE: usize = 10;

/// The maximum size of a message, and of a batch, in bytes: the limit of SQS, one mebibyte. Larger payloads go to the
/// object store.
pub const MAX_BYTES: usize = 1_048_576;

/// How long dead letters are kept.
pub const DEAD_LETTER_RETENTION: Duration = Duration::from_hours(14 * 24);

/// A message to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    /// The body: an [`Envelope`] as JSON.
    pub body: String,
    /// The message group, which FIFO queues require and other queues ignore. Messages of one group are received in the
    /// order in which they were sent, each after the one before was deleted or became a dead letter.
    pub group: Option<String>,
    /// The deduplication id, which FIFO queues require: repeated sends within five minutes are dropped.
    pub deduplication: Option<String>,
    /// How long the message stays invisible after it was sent: at most 15 minutes, and zero for FIFO queues.
    pub delay: Duration,
}

impl Outgoing {
    /// A message without delay and without a group.
    pub fn new(body: impl Into<String>) -> Self {
        Self {
            body: body.into(),
            group: None,
            deduplication: None,
            delay: Duration::ZERO,
        }
    }
}

/// The receipt handle of a receive. It becomes stale when the message is received again.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Receipt(pub String);

/// A message that was received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// The queue's id of the message, which is the same for each receive.
    pub id: String,
    /// The body, as it was sent.
    pub body: String,
    /// The handle to delete the message, or to extend its visibility timeout.
    pub receipt: Receipt,
    /// How many times the message has been received, including this time.
    pub receives: u32,
    /// When the message was sent.
    pub sent_at: DateTime<Utc>,
}

impl Received {
    /// The envelope; `None` when the body is not one.
    pub fn envelope(&self) -> Option<Envelope> {
        serde_json::from_str(&self.body).ok()
    }
}

/// The number of messages of a queue at one moment. The numbers of SQS are approximate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Depth {
    /// Messages that can be received now, or after their delay.
    pub waiting: u64,
    /// Messages that are received and not deleted yet.
    pub in_flight: u64,
    /// The age of the oldest waiting message; `None` when there is none, or the queue does not know it.
    pub oldest: Option<Duration>,
    /// Dead letters.
    pub dead: u64,
}

/// Why an operation of a queue failed.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// The queue cannot be reached, is overloaded, or throttles: a retry may succeed.
    #[error("the queue is not available: {0}")]
    Unavailable(String),
    /// The message was received again since, or is deleted.
    #[error("the receipt does not count any more")]
    StaleReceipt,
    /// The queue will never accept the message: it is too large, or has characters that the queue does not allow.
    #[error("the queue does not take the message: {0}")]
    Refused(String),
    /// The queue with this URL or name does not exist.
    #[error("the queue cannot be used: there is no queue {0}: create it, or correct the setting")]
    NotFound(String),
    /// This service may not use the queue, or not as it is set up.
    #[error("the queue cannot be used: {0}")]
    Misconfigured(String),
}

/// The result of an operation of a queue.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The queues, for producers and consumers.
#[async_trait::async_trait]
pub trait Queue: Send + Sync + 'static {
    /// The messaging system, as it is named in telemetry.
    fn system(&self) -> &'static str;

    /// Sends at most [`MAX_BATCH_SIZE`] messages of at most [`MAX_BYTES`] together. Messages beyond these limits fail
    /// with [`Error::Unavailable`], to be sent in another batch. Returns a result for each message, in the same order;
    /// after an outer error it is unknown which of them were sent.
    async fn send(&self, queue: QueueName, messages: &[Outgoing]) -> Result<Vec<Result<()>>>;

    /// Receives at most `limit` (up to [`MAX_BATCH_SIZE`]) messages, hides them for `visibility`, and waits up to
    /// `wait` (at most 20 seconds) for the first. Returns none while the queue is paused. When the caller drops the
    /// future, messages that were about to be returned stay hidden for `visibility`, as if they had been received.
    async fn receive(
        &self,
        queue: QueueName,
        limit: usize,
        wait: Duration,
        visibility: Duration,
    ) -> Result<Vec<Received>>;

    /// Sets the visibility timeout of a received message to `visibility` from now on; zero makes it visible at once. To
    /// be called before the current timeout ends: afterwards it may fail with [`Error::StaleReceipt`] even if no one
    /// else has received the message. In a FIFO queue, the rest of the message's group waits with it.
    async fn extend(&self, queue: QueueName, receipt: &Receipt, visibility: Duration)
    -> Result<()>;

    /// Deletes at most [`MAX_BATCH_SIZE`] processed messages. A stale receipt deletes nothing, and fails with
    /// [`Error::StaleReceipt`] if the queue can tell; Amazon's SQS reports success.
    async fn delete(&self, queue: QueueName, receipts: &[Receipt]) -> Result<Vec<Result<()>>>;

    /// Moves a received message to the dead letters before it has reached [`MAX_RECEIVES`], since a retry cannot
    /// succeed. `message` is the message of `receipt`, as it would be sent.
    async fn move_to_dead_letters(
        &self,
        queue: QueueName,
        receipt: &Receipt,
        message: &Outgoing,
    ) -> Result<()>;

    /// How many messages the queue has.
    async fn depth(&self, queue: QueueName) -> Result<Depth>;
}

/// The dead letters of the queues, for operators.
#[async_trait::async_trait]
pub trait DeadLetters: Send + Sync + 'static {
    /// Lists at most `limit` dead letters, oldest first, without removing them.
    async fn list_dead_letters(&self, queue: QueueName, limit: usize) -> Result<Vec<Received>>;

    /// Moves at most `limit` dead letters back to the queue, oldest first. They become new messages at its end, whose
    /// count of receives is zero. Unless `only` is empty, only the dead letters with these ids are moved. Returns how
    /// many were moved.
    async fn redrive(&self, queue: QueueName, only: &[String], limit: usize) -> Result<usize>;

    /// Deletes the dead letters with these ids. Returns how many were deleted.
    async fn discard(&self, queue: QueueName, ids: &[String]) -> Result<usize>;
}
