//! How fast the relay may be, so that an hour's backlog does not take the database from those who read.

use std::time::Duration;

use tokio::{
    sync::Mutex,
    time::{Instant, sleep_until},
};

/// Rows a second, over all queues of a process.
#[derive(Debug)]
pub(super) struct Pace {
    rate: Option<u32>,
    next: Mutex<Instant>,
}

impl Pace {
    /// No limit without a rate.
    pub(super) fn new(rate: Option<u32>) -> Self {
        Self {
            rate: rate.filter(|rate| *rate > 0),
            next: Mutex::new(Instant::now()),
        }
    }

    /// How many rows to claim at once: never more than half a second's worth, so that none are held for long.
    pub(super) fn at_once(&self, most: u32) -> u32 {
        self.rate.map_or(most, |rate| most.min(rate / 2).max(1))
    }

    /// Waits for the turn of so many rows.
    pub(super) async fn turn(&self, rows: usize) {
        let Some(rate) = self.rate else { return };
        let rows = u32::try_from(rows).unwrap_or(u32::MAX);
        let until = {
            let mut next = self.next.lock().await;
            let turn = (*next).max(Instant::now());
            *next = turn + Duration::from_secs(1) * rows / rate;
            turn
        };
        sleep_until(until).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_rate_is_kept() {
        let pace = Pace::new(Some(1_000));
        let begun = Instant::now();
        for _ in 0..11 {
            pace.turn(50).await;
        }
        // The first goes at once.
        assert!(begun.elapsed() >= Duration::from_millis(500));
        assert_eq!(pace.at_once(2_000), 500);
    }

    #[tokio::test]
    async fn without_a_rate_nobody_waits() {
        let pace = Pace::new(None);
        // The first would go at once with any.
        for _ in 0..1_000_000 {
            pace.turn(1_000_000).await;
        }
        assert_eq!(pace.at_once(200), 200);
    }
}
