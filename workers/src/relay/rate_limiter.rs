//! The rate limit of the relay, so that a backlog does not slow down the database for requests.

use std::time::Duration;

use tokio::{
    sync::Mutex,
    time::{Instant, sleep_until},
};

/// Limits the rows per second, over all queues of a process.
#[derive(Debug)]
pub(super) struct RateLimiter {
    rate: Option<u32>,
    next: Mutex<Instant>,
}

impl RateLimiter {
    /// A limit of `rate` rows per second; without a rate there is no limit.
    pub(super) fn new(rate: Option<u32>) -> Self {
        Self {
            rate: rate.filter(|rate| *rate > 0),
            next: Mutex::new(Instant::now()),
        }
    }

    /// How many rows may be claimed at once: at most the rows of half a second, so that no claim waits for long.
    pub(super) fn claim_size(&self, max: u32) -> u32 {
        self.rate.map_or(max, |rate| max.min(rate / 2).max(1))
    }

    /// Waits until this number of rows may be sent.
    pub(super) async fn acquire(&self, rows: usize) {
        let Some(rate) = self.rate else { return };
        let rows = u32::try_from(rows).unwrap_or(u32::MAX);
        let start = reserve(&mut *self.next.lock().await, Instant::now(), rows, rate);
        sleep_until(start).await;
    }
}

/// Reserves the time of `rows`, and returns when it starts. `next` is when the next reservation can start. Unused time
/// is not accumulated, so there are no bursts after a pause.
fn reserve(next: &mut Instant, now: Instant, rows: u32, rate: u32) -> Instant {
    let start = (*next).max(now);
    *next = start + Duration::from_secs(1) * rows / rate;
    start
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    #[test]
    fn reservations_are_spaced_by_the_rate() {
        let begun = Instant::now();
        let mut next = begun;
        let starts: Vec<_> = (0..11)
            .map(|_| reserve(&mut next, begun, 50, 1_000) - begun)
            .collect();
        // The first starts at once.
        let even: Vec<_> = (0_u32..11)
            .map(|index| index * Duration::from_millis(50))
            .collect();
        assert_eq!(starts, even);
        // So does the first after a pause, and the next one waits again.
        let later = begun + Duration::from_mins(1);
        let starts = [(); 2].map(|()| reserve(&mut next, later, 50, 1_000) - later);
        assert_eq!(starts, [Duration::ZERO, Duration::from_millis(50)]);
    }

    #[tokio::test]
    async fn acquire_waits() {
        let rate_limiter = RateLimiter::new(Some(1_000));
        let begun = Instant::now();
        for _ in 0..3 {
            rate_limiter.acquire(50).await;
        }
        assert!(begun.elapsed() >= Duration::from_millis(100));
        assert_eq!(rate_limiter.claim_size(2_000), 500);
    }

    #[test]
    fn without_a_rate_there_is_no_wait() {
        let rate_limiter = RateLimiter::new(None);
        assert_eq!(rate_limiter.acquire(1_000_000).now_or_never(), Some(()));
        assert_eq!(rate_limiter.claim_size(200), 200);
    }
}
