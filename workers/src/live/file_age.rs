//! The metric of how old the published status file may be.

use std::sync::{Mutex, Once, PoisonError};

use opentelemetry::global;
use tokio::time::Instant;

/// When this process last made sure that the status file is what the database says.
static CHECKED_AT: Mutex<Option<Instant>> = Mutex::new(None);

/// Resets the age: the status file is now what the database says.
pub(super) fn reset() {
    let mut checked_at = CHECKED_AT.lock().unwrap_or_else(PoisonError::into_inner);
    *checked_at = Some(Instant::now());
}

/// Exports the age from now on. Until the first check it is counted from here.
pub(super) fn watch() {
    static REGISTERED: Once = Once::new();
    reset();
    REGISTERED.call_once(|| {
        global::meter("coach")
            .f64_observable_gauge("coach.live.file.age")
            .with_unit("s")
            .with_description("Time since the status file was last written, or found to be what the database says.")
            .with_callback(|observer| {
                let checked_at = *CHECKED_AT.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some(at) = checked_at {
                    observer.observe(at.elapsed().as_secs_f64(), &[]);
                }
            })
            .build();
    });
}
