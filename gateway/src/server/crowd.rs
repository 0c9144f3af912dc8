//! All open connections, and how many there may be.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::Notify;

use super::activity::Activity;

/// Connections beyond the bound. They are for who asks after our health; others are told to come back later.
pub(super) const RESERVE: usize = 16;

/// The open connections.
pub(super) struct Crowd {
    bound: usize,
    open: Mutex<Open>,
    /// Somebody has left.
    left: Notify,
}

#[derive(Default)]
struct Open {
    next: u64,
    members: HashMap<u64, Member>,
    /// How many connections there are, with those that were given up and are not closed yet.
    count: usize,
}

struct Member {
    activity: Arc<Activity>,
    give_up: Arc<Notify>,
}

impl Crowd {
    pub(super) fn new(bound: usize) -> Arc<Self> {
        Arc::new(Self {
            bound,
            open: Mutex::default(),
            left: Notify::new(),
        })
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until another connection may be taken.
    pub(super) async fn has_room(&self) {
        self.until(|open| open.count < self.bound + RESERVE).await;
    }

    /// Waits until there are no connections.
    pub(super) async fn is_empty(&self) {
        self.until(|open| open.count == 0).await;
    }

    async fn until(&self, holds: impl Fn(&Open) -> bool) {
        loop {
            let left = self.left.notified();
            if holds(&self.open()) {
                return;
            }
            left.await;
        }
    }

    /// Waits until a connection is closed.
    pub(super) async fn departure(&self) {
        self.left.notified().await;
    }

    /// Takes a connection in. Where there are as many as may be, the one that has been without a request for longest is
    /// given up for it.
    pub(super) fn admit(self: &Arc<Self>, activity: Arc<Activity>) -> Seat {
        let is_full = self.is_full();
        if is_full {
            self.give_up_one();
        }
        let is_beyond = self.is_full();
        let give_up = Arc::new(Notify::new());
        let mut open = self.open();
        let id = open.next;
        open.next += 1;
        open.count += 1;
        open.members.insert(
            id,
            Member {
                activity,
                give_up: Arc::clone(&give_up),
            },
        );
        Seat {
            crowd: Arc::clone(self),
            id,
            give_up,
            is_full,
            is_beyond,
        }
    }

    fn is_full(&self) -> bool {
        self.open().members.len() >= self.bound
    }

    /// Gives up the connection whose client misses it least, if there is one without a request.
    pub(super) fn give_up_one(&self) {
        let mut open = self.open();
        let expendable = open.members.iter().filter_map(|(id, member)| {
            let since = member.activity.expendable_since()?;
            Some((since, *id))
        });
        let id = expendable.min().map(|(_, id)| id);
        if let Some(member) = id.and_then(|id| open.members.remove(&id)) {
            member.give_up.notify_one();
        }
    }

    pub(super) fn count(&self) -> usize {
        self.open().count
    }
}

/// A connection's place among the others.
pub(super) struct Seat {
    crowd: Arc<Crowd>,
    id: u64,
    give_up: Arc<Notify>,
    /// Whether there were as many as may be when it came.
    pub(super) is_full: bool,
    /// Whether it is one too many: all others have requests that are worked on.
    pub(super) is_beyond: bool,
}

impl Seat {
    /// Waits until the connection is given up for another.
    pub(super) async fn given_up(&self) {
        self.give_up.notified().await;
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut open = self.crowd.open();
        open.members.remove(&self.id);
        open.count -= 1;
        drop(open);
        self.crowd.left.notify_waiters();
        self.crowd.left.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_waits_longest_without_a_request_is_given_up_first() {
        let crowd = Crowd::new(2);
        let (busy, first, second) = (Activity::new(), Activity::new(), Activity::new());
        let busy_seat = crowd.admit(Arc::clone(&busy));
        let _running = busy.begin(false);
        let first_seat = crowd.admit(first);
        assert!(!busy_seat.is_full && !first_seat.is_full);
        let second_seat = crowd.admit(Arc::clone(&second));
        assert!(second_seat.is_full && !second_seat.is_beyond);
        first_seat.given_up().await;
        assert_eq!(crowd.count(), 3);
        drop(first_seat);
        let _also_running = second.begin(false);
        let third_seat = crowd.admit(Activity::new());
        assert!(third_seat.is_beyond, "all others are worked on");
        // One that says nothing makes no room by going: there is one too many all the same.
        let fourth_seat = crowd.admit(Activity::new());
        third_seat.given_up().await;
        assert!(fourth_seat.is_beyond);
        drop((busy_seat, second_seat, third_seat, fourth_seat));
        crowd.is_empty().await;
    }

    #[tokio::test]
    async fn an_idle_client_goes_before_one_that_has_just_connected() {
        let crowd = Crowd::new(2);
        let fresh_seat = crowd.admit(Activity::new());
        let idle = Activity::new();
        let idle_seat = crowd.admit(Arc::clone(&idle));
        drop(idle.begin(false));
        let _next_seat = crowd.admit(Activity::new());
        idle_seat.given_up().await;
        let _another_seat = crowd.admit(Activity::new());
        fresh_seat.given_up().await;
    }
}
