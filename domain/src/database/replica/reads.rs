//! The reads of one query on a standby.

use std::sync::{
    Arc, LazyLock,
    atomic::{AtomicBool, Ordering::Relaxed},
};

use opentelemetry::{global, metrics::Counter};

use super::Standby;
use crate::database::lease::{Call, Fetched};

static FALLBACKS: LazyLock<Counter<u64>> = LazyLock::new(|| {
    global::meter("coach")
        .u64_counter("coach.replica.fallbacks")
        .with_description(
            "Queries that went on at the primary because a statement failed on the replica.",
        )
        .build()
});

/// Exports the count from now on, though it is zero.
pub(super) fn start_counting() {
    FALLBACKS.add(0, &[]);
}

/// Reads from the standby until something fails there; from then on the query stays at the primary.
#[derive(Debug)]
pub(in crate::database) struct ReplicaReads {
    standby: Arc<Standby>,
    left: AtomicBool,
}

impl ReplicaReads {
    pub(super) fn new(standby: Arc<Standby>) -> Self {
        Self {
            standby,
            left: AtomicBool::new(false),
        }
    }

    /// The answer of the standby; `None` if the statement has to run on the primary. That is so whatever the error is:
    /// where it is one of the statement, the primary reports it again.
    pub(in crate::database) async fn run(&self, call: &Call<'_>) -> Option<Fetched> {
        if self.left.load(Relaxed) {
            return None;
        }
        if !call.only_reads() {
            // What follows may depend on what this changes.
            self.left.store(true, Relaxed);
            return None;
        }
        let fetched = self.standby.pool().attempt(call).await.ok();
        if fetched.is_none() && !self.left.swap(true, Relaxed) {
            FALLBACKS.add(1, &[]);
        }
        fetched
    }
}
