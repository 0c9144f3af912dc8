//! A mailer that sends no faster than agreed.

use std::time::Duration;

use coach_domain::mail::{Error, Mailer, Message};
use tokio::{
    sync::Mutex,
    time::{Instant, sleep_until},
};

/// Sends at most so many messages a second, evenly: each begins at least the interval after the one before. Who waits
/// longest is next, and who stops waiting takes no turn. Counts within one process: several share a provider's rate.
pub struct Limited<M> {
    mailer: M,
    interval: Duration,
    next: Mutex<Instant>,
}

impl<M: Mailer> Limited<M> {
    /// `per_second` may be less than one; zero and less, and what is no number, mean no limit.
    pub fn new(mailer: M, per_second: f64) -> Self {
        let interval = Duration::try_from_secs_f64(per_second.recip());
        Self {
            mailer,
            interval: interval.unwrap_or_default(),
            next: Mutex::new(Instant::now()),
        }
    }

    /// The lock's queue is first in, first out, and is held through the wait; a turn is taken after it, so it is not
    /// lost with who was cancelled while waiting.
    async fn turn(&self) {
        let mut next = self.next.lock().await;
        sleep_until(*next).await;
        *next = Instant::now() + self.interval;
    }
}

#[async_trait::async_trait]
impl<M: Mailer> Mailer for Limited<M> {
    async fn send(&self, message: &Message) -> Result<Option<String>, Error> {
        self.turn().await;
        self.mailer.send(message).await
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    /// Takes everything.
    struct Anything;

    #[async_trait::async_trait]
    impl Mailer for Anything {
        async fn send(&self, _: &Message) -> Result<Option<String>, Error> {
            Ok(None)
        }
    }

    #[tokio::test]
    async fn who_stops_waiting_takes_no_turn() {
        // One an hour: nobody's turn comes while this runs.
        let limited = Limited::new(Anything, 1.0 / 3_600.0);
        limited.turn().await;
        let next = *limited.next.lock().await;
        for _ in 0..5 {
            assert_eq!(limited.turn().now_or_never(), None);
        }
        assert_eq!(*limited.next.lock().await, next);
    }

    #[test]
    fn no_limit_is_no_wait() {
        for rate in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            let limited = Limited::new(Anything, rate);
            assert_eq!(limited.interval, Duration::ZERO, "{rate}");
        }
    }
}
