//! Metrics of what waits for a connection, by OpenTelemetry's semantic conventions for databases.

use std::sync::LazyLock;

use opentelemetry::{
    KeyValue, global,
    metrics::{Counter, Histogram, UpDownCounter},
};
use sea_orm::SqlxError;
use tokio::time::Instant;

struct Instruments {
    wait_time: Histogram<f64>,
    pending: UpDownCounter<i64>,
    timeouts: Counter<u64>,
}

static INSTRUMENTS: LazyLock<Instruments> = LazyLock::new(|| {
    let meter = global::meter("coach");
    Instruments {
        wait_time: meter
            .f64_histogram("db.client.connection.wait_time")
            .with_unit("s")
            .with_description("The time it took to obtain an open connection from the pool.")
            .with_boundaries(vec![0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0])
            .build(),
        pending: meter
            .i64_up_down_counter("db.client.connection.pending_requests")
            .with_unit("{request}")
            .with_description("The number of current pending requests for an open connection.")
            .build(),
        timeouts: meter
            .u64_counter("db.client.connection.timeouts")
            .with_unit("{timeout}")
            .with_description("The number of connection timeouts that have occurred trying to obtain a connection from the pool.")
            .build(),
    }
});

/// Records the metrics of one pool.
#[derive(Debug)]
pub(super) struct PoolMeter {
    pool: [KeyValue; 1],
}

impl PoolMeter {
    pub(super) fn new(pool: &'static str) -> Self {
        let pool = [KeyValue::new("db.client.connection.pool.name", pool)];
        // Zero is exported too, so that the first timeout is an increase.
        INSTRUMENTS.timeouts.add(0, &pool);
        INSTRUMENTS.pending.add(0, &pool);
        Self { pool }
    }

    /// Begins to measure how long it takes to acquire a connection.
    pub(super) fn start(&self) -> Wait<'_> {
        Wait {
            meter: self,
            started: Instant::now(),
            is_pending: false,
        }
    }
}

/// The time in which a connection is acquired.
pub(super) struct Wait<'m> {
    meter: &'m PoolMeter,
    started: Instant,
    is_pending: bool,
}

impl Wait<'_> {
    /// Counts the request as pending until this is dropped: no connection could be used at once.
    pub(super) fn pend(&mut self) {
        if !self.is_pending {
            self.is_pending = true;
            INSTRUMENTS.pending.add(1, &self.meter.pool);
        }
    }

    /// Records how it ended.
    pub(super) fn finish<T>(self, acquired: &Result<T, SqlxError>) {
        match acquired {
            Ok(_) => {
                let waited = self.started.elapsed().as_secs_f64();
                INSTRUMENTS.wait_time.record(waited, &self.meter.pool);
            }
            Err(SqlxError::PoolTimedOut) => INSTRUMENTS.timeouts.add(1, &self.meter.pool),
            Err(_) => {}
        }
    }
}

impl Drop for Wait<'_> {
    fn drop(&mut self) {
        if self.is_pending {
            INSTRUMENTS.pending.add(-1, &self.meter.pool);
        }
    }
}
