//! A clock that tests move.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, TimeZone as _, Utc};
use coach_domain::clock::Clock;

/// A clock that stands still until it is moved.
#[derive(Debug)]
pub struct TestClock(Mutex<DateTime<Utc>>);

impl TestClock {
    /// Moves the clock forward, or back.
    pub fn advance(&self, by: TimeDelta) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) += by;
    }

    /// Sets the clock.
    pub fn set(&self, time: DateTime<Utc>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = time;
    }
}

impl Clock for TestClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A clock at noon UTC on 18 March 2026, the time at which [`Postgres::seeded`](crate::Postgres::seeded) is seeded.
///
/// # Panics
///
/// Never: the moment exists.
pub fn noon() -> Arc<TestClock> {
    let noon = Utc.with_ymd_and_hms(2026, 3, 18, 12, 0, 0);
    Arc::new(TestClock(Mutex::new(noon.single().expect("a moment"))))
}
