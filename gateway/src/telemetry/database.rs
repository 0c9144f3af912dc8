//! Metrics that each process reads from the database.

use std::time::Duration;

use coach_domain::{clock::SystemClock, database::Pool, outbox};
use opentelemetry::{global, metrics::Gauge};

use crate::clock_offset;

/// How often they are read.
const INTERVAL: Duration = Duration::from_secs(15);

/// Spawns a task that records the age of the outbox and the offset of the clock, until the process ends. Gateways do so
/// too: they fill the outbox, also while no worker empties it.
pub fn watch_database(pool: Pool) {
    let meter = global::meter("coach");
    let lag = meter
        .f64_gauge("coach.outbox.lag")
        .with_unit("s")
        .with_description("Age of the oldest side effect that was not sent yet.")
        .build();
    let offset = meter
        .f64_gauge("coach.clock.offset")
        .with_unit("s")
        .with_description("How far the clock of this process is ahead of the database's.")
        .build();
    tokio::spawn(async move {
        let mut ticks = tokio::time::interval(INTERVAL);
        loop {
            ticks.tick().await;
            record(&pool, &lag, &offset).await;
        }
    });
}

/// A metric that cannot be read keeps its last value. Whoever uses the same database logs the failure.
async fn record(pool: &Pool, lag: &Gauge<f64>, offset: &Gauge<f64>) {
    if let Ok(age) = outbox::lag(pool).await {
        lag.record(age.as_secs_f64(), &[]);
    }
    if let Ok(ahead) = clock_offset::of_database(pool, &SystemClock).await {
        offset.record(-ahead.as_seconds_f64(), &[]);
    }
}
