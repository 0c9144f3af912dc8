//! Futures that run to completion even if the caller stops waiting for them.

use std::panic::resume_unwind;

use tracing::{Instrument as _, Span};

/// Runs a future in a task of its own and waits for it. Dropping the returned future, as happens to the handler of a
/// request when its client disconnects, does not stop the task. A panic of the task is resumed in the caller.
///
/// # Panics
///
/// When the future panics, or when the runtime has been shut down.
pub async fn detached<F>(future: F) -> F::Output
where
    F: Future<Output: Send> + Send + 'static,
{
    let joined = tokio::spawn(future.instrument(Span::current())).await;
    joined.unwrap_or_else(|error| match error.try_into_panic() {
        Ok(panic) => resume_unwind(panic),
        Err(cancelled) => panic!("{cancelled}"),
    })
}
