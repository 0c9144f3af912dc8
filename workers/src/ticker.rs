//! Work that is repeated at an interval.

use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

/// Runs `task` now and then every `period`, until `stop` is cancelled; a run in progress is finished. A run that takes
/// longer than the period delays those after it.
pub(crate) async fn every<F: Future<Output = ()>>(
    period: Duration,
    stop: &CancellationToken,
    task: impl Fn() -> F,
) {
    let mut ticks = interval(period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while stop.run_until_cancelled(ticks.tick()).await.is_some() {
        task().await;
    }
}
