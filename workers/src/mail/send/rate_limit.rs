//! A mailer with a rate limit.

use std::time::Duration;

use coach_domain::mail::{Error, Mailer, Message};
use tokio::{
    sync::Mutex,
    time::{Instant, sleep_until},
};

/// Limits the rate of a mailer. Messages are evenly spaced: each starts at least the interval after the one before.
/// Waiting callers are served in order; a caller that is cancelled uses none of the rate. The limit is per process, so
/// several processes have to share a provider's rate.
pub struct RateLimited<M> {
    mailer: M,
    interval: Duration,
    next: Mutex<Instant>,
}

impl<M: Mailer> RateLimited<M> {
    /// A limit of `per_second` messages, which may be less than one. Zero, negative numbers and NaN mean no limit.
    pub fn new(mailer: M, per_second: f64) -> Self {
        let interval = Duration::try_from_secs_f64(per_second.recip());
        Self {
            mailer,
            interval: interval.unwrap_or_default(),
            next: Mutex::new(Instant::now()),
        }
    }

    /// Waits until a message may be sent. The lock, which is fair, is held during the wait. `next` is changed after the
    /// wait, so that a cancelled caller does not use the rate.
    async fn acquire(&self) {
        let mut next = self.next.lock().await;
        sleep_until(*next).await;
        *next = Instant::now() + self.interval;
    }
}

#[async_trait::async_trait]
impl<M: Mailer> Mailer for RateLimited<M> {
    async fn send(&self, message: &Message) -> Result<Option<String>, Error> {
        self.acquire().await;
        self.mailer.send(message).await
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    /// Accepts every message.
    struct AcceptAll;

    #[async_trait::async_trait]
    impl Mailer for AcceptAll {
        async fn send(&self, _: &Message) -> Result<Option<String>, Error> {
            Ok(None)
        }
    }

    #[tokio::test]
    async fn a_cancelled_caller_uses_none_of_the_rate() {
        // One message per hour: after the first, none can be sent during the test.
        let rate_limited = RateLimited::new(AcceptAll, 1.0 / 3_600.0);
        rate_limited.acquire().await;
        let next = *rate_limited.next.lock().await;
        for _ in 0..5 {
            assert_eq!(rate_limited.acquire().now_or_never(), None);
        }
        assert_eq!(*rate_limited.next.lock().await, next);
    }

    #[test]
    fn without_a_limit_there_is_no_wait() {
        for rate in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            let rate_limited = RateLimited::new(AcceptAll, rate);
            assert_eq!(rate_limited.interval, Duration::ZERO, "{rate}");
        }
    }
}
