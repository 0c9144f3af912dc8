//! Queues, as workers and the relay see them: what Amazon's SQS and our own on Postgres have in common. A message is
//! delivered at least once; whoever receives it hides it from the others for a while, and deletes it when its work is
//! done. After [`MAX_RECEIVES`] receives it is a dead letter.

mod envelope;
mod name;
mod operations;
mod redrive;

use std::time::Duration;

use chrono::{DateTime, Utc};

pub use envelope::Envelope;
pub use name::QueueName;
pub use operations::Operations;
pub use redrive::{RedriveDeadLetters, Redriven};

/// How often a message is received before it becomes a dead letter.
pub const MAX_RECEIVES: u32 = 5;

/// How many messages are sent, received or deleted at once.
pub const BATCH: usize = 10;

/// The most bytes of a message, and of a batch: SQS's limit of one mebibyte. Larger payloads go to the object store.
pub const MAX_BYTES: usize = 1_048_576;

/// For how long dead letters are kept.
pub const DEAD_FOR: Duration = Duration::from_hours(14 * 24);

/// A message to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    /// The text, an [`Envelope`] as JSON.
    pub body: String,
    /// Messages of one group are received in the order in which they were sent, each when the one before is deleted or
    /// dead, where the queue is first in, first out; it wants a group for each. Others take no notice of it.
    pub group: Option<String>,
    /// What a first-in-first-out queue knows a repeated send by, for five minutes; it wants one for each.
    pub deduplication: Option<String>,
    /// For how long it cannot be received; at most 15 minutes, and not at all where the queue is first in, first out.
    pub delay: Duration,
}

impl Outgoing {
    /// A message to be received at once, without a group.
    pub fn new(body: impl Into<String>) -> Self {
        Self {
            body: body.into(),
            group: None,
            deduplication: None,
            delay: Duration::ZERO,
        }
    }
}

/// What proves that a message was received, and for how long it counts: only that of the latest receive does.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Receipt(pub String);

/// A message that was received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// The queue's own id of the message; the same in each of its receives.
    pub id: String,
    /// The text.
    pub body: String,
    /// What finishes or extends this receive.
    pub receipt: Receipt,
    /// How often it has been received, this time included.
    pub receives: u32,
    /// When it was sent.
    pub sent_at: DateTime<Utc>,
}

/// A queue at one moment. SQS counts approximately.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Depth {
    /// Messages that can be received, or will be after their delay.
    pub waiting: u64,
    /// Messages that are received and not finished.
    pub in_flight: u64,
    /// How old the oldest waiting message is; `None` where there is none, or the queue cannot tell.
    pub oldest: Option<Duration>,
    /// Dead letters.
    pub dead: u64,
}

/// Why a queue did not do what it was asked.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// It cannot be reached, is overloaded, or refuses for now: later it may work.
    #[error("the queue is not available: {0}")]
    Unavailable(String),
    /// The receipt is not that of the latest receive, or the message is gone.
    #[error("the receipt does not count any more")]
    StaleReceipt,
    /// The message will never be taken: too large, or not text that the queue allows.
    #[error("the queue does not take the message: {0}")]
    Refused(String),
    /// The queue does not exist, or may not be used by us.
    #[error("the queue cannot be used: {0}")]
    Misconfigured(String),
}

/// A result of a queue.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Queues by name.
#[async_trait::async_trait]
pub trait Queue: Send + Sync + 'static {
    /// Sends at most [`BATCH`] messages that are together at most [`MAX_BYTES`] long; those beyond that are
    /// [`Error::Unavailable`], for another batch. Each succeeds or fails for itself, in the order given; an outer error
    /// means that it is unknown of all of them.
    async fn send(&self, queue: QueueName, messages: &[Outgoing]) -> Result<Vec<Result<()>>>;

    /// Receives at most `most` (up to [`BATCH`]) messages and hides them for `visibility`; waits up to `wait` (at most
    /// 20 seconds) for the first. Nothing while the queue is paused. What is on its way when the caller stops waiting
    /// for the answer stays hidden for `visibility`, as if it had been received.
    async fn receive(
        &self,
        queue: QueueName,
        most: usize,
        wait: Duration,
        visibility: Duration,
    ) -> Result<Vec<Received>>;

    /// Hides a message for `visibility` from now on; zero gives it back at once. To be called while it is hidden:
    /// afterwards it may be [`Error::StaleReceipt`] even though nobody else has received it. Where the queue is first
    /// in, first out, the rest of its group waits with it.
    async fn extend(&self, queue: QueueName, receipt: &Receipt, visibility: Duration)
    -> Result<()>;

    /// Deletes at most [`BATCH`] messages that are done. Deleting with a receipt that does not count any more leaves
    /// the message, and is [`Error::StaleReceipt`] where the queue can tell: SQS as Amazon runs it says that it went
    /// well.
    async fn delete(&self, queue: QueueName, receipts: &[Receipt]) -> Result<Vec<Result<()>>>;

    /// Makes a message that was received a dead letter before its receives are over, for no receive will help it. It is
    /// the one that `receipt` proves, given again as it would be sent.
    async fn bury(&self, queue: QueueName, receipt: &Receipt, message: &Outgoing) -> Result<()>;

    /// How full the queue is.
    async fn depth(&self, queue: QueueName) -> Result<Depth>;
}

/// What operators do with dead letters, and with a queue as a whole.
#[async_trait::async_trait]
pub trait DeadLetters: Send + Sync + 'static {
    /// At most `most` dead letters, oldest first, which stay where they are.
    async fn dead(&self, queue: QueueName, most: usize) -> Result<Vec<Received>>;

    /// Gives at most `most` dead letters back, oldest first, as new messages at the end of the queue, with their count
    /// of receives at zero; with their ids, only those. Says how many.
    async fn redrive(&self, queue: QueueName, only: &[String], most: usize) -> Result<usize>;

    /// Deletes dead letters with these ids for good. Says how many there were.
    async fn discard(&self, queue: QueueName, ids: &[String]) -> Result<usize>;
}
