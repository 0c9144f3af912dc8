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
