//! Kill points: places in the code where crash tests kill the process.

/// Kills the process with SIGKILL if a test has selected this kill point. Does nothing without the feature
/// `kill-points`, which release builds do not enable.
#[cfg(not(feature = "kill-points"))]
pub fn reached(_: &'static str) {}

/// [`reached`] for a kill point that is selected by a value. Does nothing without the feature `kill-points`.
#[cfg(not(feature = "kill-points"))]
pub fn reached_with<T>(_: &'static str, _: &T) {}

/// Kills the process with SIGKILL if `COACH_KILL_AT` selects this kill point: `NAME` when it is reached for the first
/// time, `NAME:3` for the third time.
#[cfg(feature = "kill-points")]
pub fn reached(name: &'static str) {
    planted::reached(name);
}

/// Kills the process with SIGKILL if `COACH_KILL_AT` is `NAME=VALUE`, with the value of this call: for code that runs
/// repeatedly in the background, where a test cannot tell how many times the kill point is reached before.
#[cfg(feature = "kill-points")]
pub fn reached_with<T: std::fmt::Debug>(name: &'static str, value: &T) {
    planted::reached(&format!("{name}={value:?}"));
}

#[cfg(feature = "kill-points")]
mod planted {
    use std::sync::{
        LazyLock,
        atomic::{AtomicUsize, Ordering::Relaxed},
    };

    #[expect(
        clippy::disallowed_methods,
        reason = "not a setting: only tests set it, and release builds do not have it"
    )]
    static PLANTED: LazyLock<Option<(String, usize)>> = LazyLock::new(|| {
        let planted = std::env::var("COACH_KILL_AT").ok()?;
        let (name, times) = planted.split_once(':').unwrap_or((&planted, "1"));
        Some((name.to_owned(), times.parse().ok()?))
    });

    static REACHED: AtomicUsize = AtomicUsize::new(0);

    pub(super) fn reached(name: &str) {
        if let Some((planted, times)) = &*PLANTED
            && planted == name
            && REACHED.fetch_add(1, Relaxed) + 1 == *times
        {
            let own = rustix::process::getpid();
            let _ = rustix::process::kill_process(own, rustix::process::Signal::KILL);
        }
    }
}
