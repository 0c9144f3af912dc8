//! Work that comes to its end, whoever waits for it.

use std::panic::resume_unwind;

use tracing::{Instrument as _, Span};

/// Runs work in a task of its own and waits for it. Whoever stops waiting, as the handler of a request does when its
/// client hangs up, does not stop the work. A panic goes on to who waits.
///
/// # Panics
///
/// When the work does, or when the runtime has been shut down.
pub async fn detached<F>(work: F) -> F::Output
where
    F: Future<Output: Send> + Send + 'static,
{
    let done = tokio::spawn(work.instrument(Span::current())).await;
    done.unwrap_or_else(|error| match error.try_into_panic() {
        Ok(panic) => resume_unwind(panic),
        Err(cancelled) => panic!("{cancelled}"),
    })
}
