//! Places where tests end the process, to see what becomes of what it was doing.

/// Ends the process here with SIGKILL when a test asked for it. Nothing at all without the feature `kill-points`,
/// which releases do not have.
#[cfg(not(feature = "kill-points"))]
pub fn reached(_: &'static str) {}

/// The same before something is written.
#[cfg(not(feature = "kill-points"))]
pub fn reached_with<T>(_: &'static str, _: &T) {}

/// Ends the process when `COACH_KILL_AT` names this place: `NAME` for the first time that it is reached, `NAME:3` for
/// the third.
#[cfg(feature = "kill-points")]
pub fn reached(name: &'static str) {
    planted::reached(name);
}

/// Ends the process when `COACH_KILL_AT` is `NAME=VALUE` and this value is at the place: for what is written again and
/// again in the background, so that nobody can say the how manieth it is.
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
        reason = "not a setting: tests plant it, and releases are built without"
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
