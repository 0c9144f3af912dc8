//! Waiting for conditions.

use std::{
    thread,
    time::{Duration, Instant},
};

use tokio::time::sleep;

/// How long tests wait for anything. It is longer than anything takes on a busy machine, so what has not happened by
/// then never does. It is no measure of performance; `make bench` is.
pub const WAIT_TIMEOUT: Duration = Duration::from_mins(2);

/// The time between two checks of a condition.
const POLL_INTERVAL: Duration = Duration::from_millis(20);

/// Waits for a condition.
///
/// # Panics
///
/// When it does not hold within [`WAIT_TIMEOUT`].
pub async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let begun = Instant::now();
    while !holds().await {
        assert!(begun.elapsed() < WAIT_TIMEOUT, "never: {what}");
        sleep(POLL_INTERVAL).await;
    }
}

/// Waits until `look` returns a value. If it never does, `what` describes for the panic what was there instead.
///
/// # Panics
///
/// When it returns none within [`WAIT_TIMEOUT`].
pub fn wait_for<T>(mut look: impl FnMut() -> Option<T>, what: impl FnOnce() -> String) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(begun.elapsed() < WAIT_TIMEOUT, "never: {}", what());
        thread::sleep(POLL_INTERVAL);
    }
}

/// Repeats an attempt until one ends within `limit`, and returns its result. For conditions that hold for a limited
/// time only, such as the invisibility of a message: an attempt that a busy machine delayed beyond the limit proves
/// nothing.
///
/// # Panics
///
/// When no attempt ends within `limit` before [`WAIT_TIMEOUT`] has passed.
pub async fn retry_within<T>(limit: Duration, mut attempt: impl AsyncFnMut() -> T) -> T {
    let first = Instant::now();
    loop {
        let begun = Instant::now();
        let result = attempt().await;
        if begun.elapsed() < limit {
            return result;
        }
        assert!(
            first.elapsed() < WAIT_TIMEOUT,
            "no attempt was over within {limit:?}"
        );
    }
}
