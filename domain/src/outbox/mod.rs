//! The outbox: side effects that are owed, written in the transaction that causes them. The relay sends them to their
//! queues; nothing is lost when a process ends in between, and what is sent twice carries the same envelope id.

mod claim;
mod insert;
mod owe;
mod status;

pub use claim::{Owed, claim, forget, give_back, mark, release_partitions, renew_partitions};
pub use insert::insert;
pub(crate) use insert::row;
pub use owe::{Effect, Effects, Payload};
pub use status::{Status, status};

use std::sync::LazyLock;

use tokio::sync::{Notify, futures::Notified};

/// Partitions of the outbox, by the member's hash.
pub const PARTITIONS: i16 = 64;

static COMMITTED: LazyLock<Notify> = LazyLock::new(Notify::new);

/// Tells the relays of this process that there may be something to send; to be called after the commit.
pub fn announce() {
    COMMITTED.notify_waiters();
}

/// Ends when somebody in this process commits something, from the moment on at which it is
/// [`enabled`](tokio::sync::futures::Notified::enable).
pub fn announced() -> Notified<'static> {
    COMMITTED.notified()
}
