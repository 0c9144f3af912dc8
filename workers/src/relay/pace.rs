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
        let turn = book(&mut *self.next.lock().await, Instant::now(), rows, rate);
        sleep_until(turn).await;
    }
}

/// When the turn is of rows that come now, and puts off the next by what they take. What was not used by now is lost:
/// nobody makes up for it.
fn book(next: &mut Instant, now: Instant, rows: u32, rate: u32) -> Instant {
    let turn = (*next).max(now);
    *next = turn + Duration::from_secs(1) * rows / rate;
    turn
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    #[test]
    fn turns_are_as_far_apart_as_the_rate_says() {
        let begun = Instant::now();
        let mut next = begun;
        let turns: Vec<_> = (0..11)
            .map(|_| book(&mut next, begun, 50, 1_000) - begun)
            .collect();
        // The first goes at once.
        let even: Vec<_> = (0_u32..11)
            .map(|turn| turn * Duration::from_millis(50))
            .collect();
        assert_eq!(turns, even);
        // After a pause, too, and the one after it waits again.
        let later = begun + Duration::from_mins(1);
        let turns = [(); 2].map(|()| book(&mut next, later, 50, 1_000) - later);
        assert_eq!(turns, [Duration::ZERO, Duration::from_millis(50)]);
    }

    #[tokio::test]
    async fn a_turn_is_waited_for() {
        let pace = Pace::new(Some(1_000));
        let begun = Instant::now();
        for _ in 0..3 {
            pace.turn(50).await;
        }
        assert!(begun.elapsed() >= Duration::from_millis(100));
        assert_eq!(pace.at_once(2_000), 500);
    }

    #[test]
    fn without_a_rate_nobody_waits() {
        let pace = Pace::new(None);
        assert_eq!(pace.turn(1_000_000).now_or_never(), Some(()));
        assert_eq!(pace.at_once(200), 200);
    }
}
