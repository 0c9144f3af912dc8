//! The state in memory, for `Query.liveStream`.

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
    live::{KEY, Status},
    object::ObjectStore,
};

/// For how long the state counts as fresh, and how far reads of the store are apart at least.
const LIFETIME: Duration = Duration::from_secs(2);

/// How long to wait for the store where there is something to fall back on, and where there is not.
const PATIENCE: (Duration, Duration) = (Duration::from_millis(300), Duration::from_secs(5));

/// The state of the live stream, and when it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The document; `None` where none was ever written.
    pub status: Option<Arc<Status>>,
    /// When it was read.
    pub read_at: DateTime<Utc>,
}

/// The state, at most two seconds old as long as the store can be read, and else the last known one. Reads the store at
/// most once in two seconds, however many ask, and not at all when nobody does.
pub struct StatusCache {
    store: Arc<dyn ObjectStore>,
    clock: Arc<dyn Clock>,
    state: watch::Sender<State>,
}

#[derive(Clone, Default)]
struct State {
    latest: Option<Arc<Reading>>,
    /// When the latest read began, and whether it still runs.
    began: Option<Instant>,
    runs: bool,
}

impl State {
    fn is_due(&self) -> bool {
        !self.runs && self.began.is_none_or(|began| began.elapsed() >= LIFETIME)
    }
}

impl StatusCache {
    /// Of a store. Nothing is read yet.
    pub fn new(store: Arc<dyn ObjectStore>, clock: Arc<dyn Clock>) -> Arc<Self> {
        Arc::new(Self {
            store,
            clock,
            state: watch::Sender::new(State::default()),
        })
    }

    /// The state; `None` when it could never be read.
    pub async fn get(self: &Arc<Self>) -> Option<Arc<Reading>> {
        let mut state = self.state.subscribe();
        let begins = self.state.send_if_modified(|state| {
            let begins = state.is_due();
            if begins {
                state.began = Some(Instant::now());
                state.runs = true;
            }
            begins
        });
        if begins {
            // Ends even if who asked goes away.
            let cache = self.clone();
            tokio::spawn(async move { cache.refresh().await });
        }
        let known = state.borrow().latest.is_some();
        let patience = if known { PATIENCE.0 } else { PATIENCE.1 };
        let _ = timeout(patience, state.wait_for(|state| !state.runs)).await;
        let latest = self.state.borrow().latest.clone()?;
        let age = (self.clock.now() - latest.read_at)
            .as_seconds_f64()
            .max(0.0);
        METRICS.age.record(age, &[]);
        if age > (LIFETIME + PATIENCE.0).as_secs_f64() {
            METRICS.stale.add(1, &[]);
        }
        Some(latest)
    }

    async fn refresh(&self) {
        let found = self.store.get(KEY).await;
        let status = found.map_err(|error| error.to_string()).and_then(|found| {
            let status = found.map(|object| serde_json::from_slice(&object.bytes).map(Arc::new));
            status.transpose().map_err(|error| error.to_string())
        });
        let outcome = if status.is_ok() { "ok" } else { "error" };
        METRICS
            .reads
            .add(1, &[KeyValue::new("coach.outcome", outcome)]);
        self.state.send_modify(|state| {
            state.runs = false;
            match status {
                Ok(status) => {
                    let read_at = self.clock.now();
                    state.latest = Some(Arc::new(Reading { status, read_at }));
                }
                Err(error) => tracing::warn!(error, "the status file cannot be read"),
            }
        });
    }
}

/// Of what is answered.
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
