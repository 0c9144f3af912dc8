//! The registry of open connections, which enforces their limit.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::Notify;

use super::activity::Activity;

/// Connections that are accepted beyond the limit, for health probes and metrics. Other requests on them get a 503.
pub(super) const RESERVED_CONNECTIONS: usize = 16;

/// The open connections.
pub(super) struct ConnectionRegistry {
    limit: usize,
    open: Mutex<Open>,
    /// Notified when a connection is closed.
    closed: Notify,
}

#[derive(Default)]
struct Open {
    next_id: u64,
    entries: HashMap<u64, Entry>,
    /// The number of connections, including those that are evicted and not closed yet.
    count: usize,
}

struct Entry {
    activity: Arc<Activity>,
    evict: Arc<Notify>,
}

impl ConnectionRegistry {
    pub(super) fn new(limit: usize) -> Arc<Self> {
        Arc::new(Self {
            limit,
            open: Mutex::default(),
            closed: Notify::new(),
        })
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until another connection may be accepted.
    pub(super) async fn wait_for_room(&self) {
        self.wait_until(|open| open.count < self.limit + RESERVED_CONNECTIONS)
            .await;
    }

    /// Waits until there are no connections.
    pub(super) async fn wait_until_empty(&self) {
        self.wait_until(|open| open.count == 0).await;
    }

    async fn wait_until(&self, condition: impl Fn(&Open) -> bool) {
        loop {
            let closed = self.closed.notified();
            if condition(&self.open()) {
                return;
            }
            closed.await;
        }
    }

    /// Waits until a connection is closed.
    pub(super) async fn wait_for_close(&self) {
        self.closed.notified().await;
    }

    /// Registers a connection. If the limit is reached, one that has no request in progress is evicted for it.
    pub(super) fn admit(self: &Arc<Self>, activity: Arc<Activity>) -> ConnectionSlot {
        let is_full = self.is_full();
        if is_full {
            self.evict_one();
        }
        let is_over_limit = self.is_full();
        let evict = Arc::new(Notify::new());
        let mut open = self.open();
        let id = open.next_id;
        open.next_id += 1;
        open.count += 1;
        open.entries.insert(
            id,
            Entry {
                activity,
                evict: Arc::clone(&evict),
            },
        );
        ConnectionSlot {
            registry: Arc::clone(self),
            id,
            evict,
            is_full,
            is_over_limit,
        }
    }

    fn is_full(&self) -> bool {
        self.open().entries.len() >= self.limit
    }

    /// Evicts the connection with the lowest rank, if there is one without a request in progress.
    pub(super) fn evict_one(&self) {
        let mut open = self.open();
        let ranks = open.entries.iter().filter_map(|(id, entry)| {
            let rank = entry.activity.eviction_rank()?;
            Some((rank, *id))
        });
        let id = ranks.min().map(|(_, id)| id);
        if let Some(entry) = id.and_then(|id| open.entries.remove(&id)) {
            entry.evict.notify_one();
        }
    }

    pub(super) fn count(&self) -> usize {
        self.open().count
    }
}

/// The registration of a connection, which ends when it is dropped.
pub(super) struct ConnectionSlot {
    registry: Arc<ConnectionRegistry>,
    id: u64,
    evict: Arc<Notify>,
    /// Whether the limit had been reached when the connection was accepted.
    pub(super) is_full: bool,
    /// Whether the connection exceeds the limit, because none could be evicted for it.
    pub(super) is_over_limit: bool,
}

impl ConnectionSlot {
    /// Waits until the connection is evicted.
    pub(super) async fn evicted(&self) {
        self.evict.notified().await;
    }
}

impl Drop for ConnectionSlot {
    fn drop(&mut self) {
        let mut open = self.registry.open();
        open.entries.remove(&self.id);
        open.count -= 1;
        drop(open);
        self.registry.closed.notify_waiters();
        self.registry.closed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_connection_that_is_idle_for_longest_is_evicted_first() {
        let registry = ConnectionRegistry::new(2);
        let (busy, first, second) = (Activity::new(), Activity::new(), Activity::new());
        let busy_seat = registry.admit(Arc::clone(&busy));
        let _running = busy.start_request(false);
        let first_seat = registry.admit(first);
        assert!(!busy_seat.is_full && !first_seat.is_full);
        let second_seat = registry.admit(Arc::clone(&second));
        assert!(second_seat.is_full && !second_seat.is_over_limit);
        first_seat.evicted().await;
        assert_eq!(registry.count(), 3);
        drop(first_seat);
        let _also_running = second.start_request(false);
        let third_seat = registry.admit(Activity::new());
        assert!(
            third_seat.is_over_limit,
            "all others have requests in progress"
        );
        // Evicting a connection that is itself over the limit does not make room for this one.
        let fourth_seat = registry.admit(Activity::new());
        third_seat.evicted().await;
        assert!(fourth_seat.is_over_limit);
        drop((busy_seat, second_seat, third_seat, fourth_seat));
        registry.wait_until_empty().await;
    }

    #[tokio::test]
    async fn an_idle_connection_is_evicted_before_a_new_one() {
        let registry = ConnectionRegistry::new(2);
        let fresh_seat = registry.admit(Activity::new());
        let idle = Activity::new();
        let idle_seat = registry.admit(Arc::clone(&idle));
        drop(idle.start_request(false));
        let _next_seat = registry.admit(Activity::new());
        idle_seat.evicted().await;
        let _another_seat = registry.admit(Activity::new());
        fresh_seat.evicted().await;
    }
}
