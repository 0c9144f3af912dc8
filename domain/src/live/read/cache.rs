//! An in-memory cache of the status file, for `Query.liveStream`.

use std::{
    sync::{Arc, LazyLock},
    time::Duration,
};

use chrono::{DateTime, Utc};
use opentelemetry::{
    KeyValue, global,
    metrics::{Counter, Gauge},
};
use tokio::{
    sync::watch,
    time::{Instant, timeout},
};

use crate::{
    clock::Clock,
    live::{STATUS_FILE_KEY, Status},
    object::ObjectStore,
};

/// How long a cached status is fresh, which is the minimum time between two reads of the store.
const REFRESH_INTERVAL: Duration = Duration::from_secs(2);

/// How long to wait for a read of the store if there is a cached status to fall back on.
const REFRESH_TIMEOUT: Duration = Duration::from_millis(300);

/// How long to wait for a read of the store if there is no cached status.
const FIRST_READ_TIMEOUT: Duration = Duration::from_secs(5);

/// The status of the live stream, and when it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CachedStatus {
    /// The content of the status file; `None` if it does not exist.
    pub status: Option<Arc<Status>>,
    /// When it was read.
    pub read_at: DateTime<Utc>,
}

/// A cache of the status, at most two seconds old while the store can be read, otherwise the last known one. It reads
/// the store on demand, at most once in two seconds, regardless of the number of callers.
pub struct StatusCache {
    store: Arc<dyn ObjectStore>,
    clock: Arc<dyn Clock>,
    state: watch::Sender<State>,
}

#[derive(Clone, Default)]
struct State {
    latest: Option<Arc<CachedStatus>>,
    /// When the latest read began.
    read_began: Option<Instant>,
    /// Whether the latest read is still running.
    is_reading: bool,
}

impl State {
    fn is_due(&self) -> bool {
        !self.is_reading
            && self
                .read_began
                .is_none_or(|began| began.elapsed() >= REFRESH_INTERVAL)
    }
}

impl StatusCache {
    /// A cache for a store. Nothing is read yet.
    pub fn new(store: Arc<dyn ObjectStore>, clock: Arc<dyn Clock>) -> Arc<Self> {
        // Zero is exported too, so that the first stale answer is an increase.
        METRICS.stale.add(0, &[]);
        Arc::new(Self {
            store,
            clock,
            state: watch::Sender::new(State::default()),
        })
    }

    /// The status; `None` if it has never been read successfully.
    pub async fn get(self: &Arc<Self>) -> Option<Arc<CachedStatus>> {
        let mut state = self.state.subscribe();
        let is_due = self.state.send_if_modified(|state| {
            let is_due = state.is_due();
            if is_due {
                state.read_began = Some(Instant::now());
                state.is_reading = true;
            }
            is_due
        });
        if is_due {
            // A task of its own, which continues even if the caller is cancelled.
            let cache = self.clone();
            tokio::spawn(async move { cache.refresh().await });
        }
        let is_known = state.borrow().latest.is_some();
        let read_timeout = if is_known {
            REFRESH_TIMEOUT
        } else {
            FIRST_READ_TIMEOUT
        };
        let _ = timeout(read_timeout, state.wait_for(|state| !state.is_reading)).await;
        let latest = self.state.borrow().latest.clone()?;
        let age = (self.clock.now() - latest.read_at)
            .as_seconds_f64()
            .max(0.0);
        METRICS.age.record(age, &[]);
        if age > (REFRESH_INTERVAL + REFRESH_TIMEOUT).as_secs_f64() {
            METRICS.stale.add(1, &[]);
        }
        Some(latest)
    }

    async fn refresh(&self) {
        let found = self.store.get(STATUS_FILE_KEY).await;
        let status = found.map_err(|error| error.to_string()).and_then(|found| {
            let status = found.map(|object| serde_json::from_slice(&object.bytes).map(Arc::new));
            status.transpose().map_err(|error| error.to_string())
        });
        let outcome = if status.is_ok() { "ok" } else { "error" };
        METRICS
            .reads
            .add(1, &[KeyValue::new("coach.outcome", outcome)]);
        self.state.send_modify(|state| {
            state.is_reading = false;
            match status {
                Ok(status) => {
                    let read_at = self.clock.now();
                    state.latest = Some(Arc::new(CachedStatus { status, read_at }));
                }
                Err(error) => tracing::warn!(error, "the status file cannot be read"),
            }
        });
    }
}

struct Metrics {
    reads: Counter<u64>,
    age: Gauge<f64>,
    stale: Counter<u64>,
}

static METRICS: LazyLock<Metrics> = LazyLock::new(|| {
    let meter = global::meter("coach");
    Metrics {
        reads: meter
            .u64_counter("coach.live.reads")
            .with_description("Reads of the status file for liveStream.")
            .build(),
        age: meter
            .f64_gauge("coach.live.age")
            .with_unit("s")
            .with_description("Age of the state that liveStream answered last.")
            .build(),
        stale: meter
            .u64_counter("coach.live.stale")
            .with_description("Answers of liveStream from a state older than it may be while the store can be read.")
            .build(),
    }
});
