//! Waiting for what comes true.

use std::{
    thread,
    time::{Duration, Instant},
};

use tokio::time::sleep;

/// Longer than anything takes on a machine that is busy with other things: what is not there by then does not come. No
/// measure of how fast something is; `make bench` has those.
pub const PATIENCE: Duration = Duration::from_mins(2);

/// Between two looks.
const LOOKS: Duration = Duration::from_millis(20);

/// Waits for something to come true.
///
/// # Panics
///
/// When it never does.
pub async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let begun = Instant::now();
    while !holds().await {
        assert!(begun.elapsed() < PATIENCE, "never: {what}");
        sleep(LOOKS).await;
    }
}

/// Waits for something to be there, and returns it. Where it never is, `what` tells of what was there instead.
///
/// # Panics
///
/// When it never is.
pub fn wait_for<T>(mut look: impl FnMut() -> Option<T>, what: impl FnOnce() -> String) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(begun.elapsed() < PATIENCE, "never: {}", what());
        thread::sleep(LOOKS);
    }
}

/// What an attempt showed that was over before `limit`, as seen by the same clock that it is about: for what holds for a
/// time alone, such as that a message is hidden. An attempt that a busy machine held up for longer shows nothing, and is
/// made again.
///
/// # Panics
///
/// When the machine is too slow for each of them.
pub async fn within<T>(limit: Duration, mut attempt: impl AsyncFnMut() -> T) -> T {
    let first = Instant::now();
    loop {
        let begun = Instant::now();
        let shown = attempt().await;
        if begun.elapsed() < limit {
            return shown;
        }
        assert!(
            first.elapsed() < PATIENCE,
            "no attempt was over within {limit:?}"
        );
    }
}
