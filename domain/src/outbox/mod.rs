//! The transactional outbox. Messages are written in the transaction of the change that causes them, and the relay
//! sends them to their queues. A process that dies in between loses nothing; a message that is sent twice has the same
//! envelope id.

mod batch;
mod claim;
mod insert;
mod payload;
mod status;

pub use batch::{OutboxBatch, OutboxMessage};
pub use claim::{
    OutboxRow, PURGE, claim, mark_sent, release, release_partitions, renew_partitions,
};
pub use insert::insert;
pub(crate) use insert::new_row;
pub use payload::{Decode, DecodeError, Payload};
pub use status::{Status, lag, status};

use std::sync::LazyLock;

use tokio::sync::{Notify, futures::Notified};

/// How many partitions the outbox has. A message's partition is determined by the hash of its member.
pub const PARTITIONS: i16 = 64;

static COMMITTED: LazyLock<Notify> = LazyLock::new(Notify::new);

/// Wakes the relays of this process, since there may be messages to send. To be called after the commit.
pub fn notify_relays() {
    COMMITTED.notify_waiters();
}

/// Completes when [`notify_relays`] is called in this process, once it is
/// [`enabled`](tokio::sync::futures::Notified::enable).
pub fn notified() -> Notified<'static> {
    COMMITTED.notified()
}
