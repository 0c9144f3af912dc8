//! Metrics of connections.

use std::sync::LazyLock;

use opentelemetry::{
    KeyValue, global,
    metrics::{Counter, UpDownCounter},
};

use super::activity::CloseReason;

/// Why a connection is closed to make room for a new one: there are as many as may be.
pub(super) const BOUND: &str = "bound";

struct Instruments {
    open: UpDownCounter<i64>,
    closed: Counter<u64>,
}

static INSTRUMENTS: LazyLock<Instruments> = LazyLock::new(|| {
    let meter = global::meter("coach");
    Instruments {
        open: meter
            .i64_up_down_counter("coach.http.connections")
            .with_unit("{connection}")
            .with_description("Open connections of clients.")
            .build(),
        closed: meter
            .u64_counter("coach.http.connections.closed")
            .with_unit("{connection}")
            .with_description(
                "Connections of clients that were closed because they were silent or too many.",
            )
            .build(),
    }
});

/// Exports the counters of closed connections from now on, though they are zero, so that the first one is an increase.
pub(super) fn start() {
    let reasons = CloseReason::ALL.map(CloseReason::as_str);
    for reason in reasons.into_iter().chain([BOUND]) {
        let reason = KeyValue::new("coach.reason", reason);
        INSTRUMENTS.closed.add(0, &[reason]);
    }
}

/// Counts a connection as open until it is dropped.
pub(super) struct OpenConnection(());

impl OpenConnection {
    pub(super) fn count() -> Self {
        INSTRUMENTS.open.add(1, &[]);
        Self(())
    }
}

impl Drop for OpenConnection {
    fn drop(&mut self) {
        INSTRUMENTS.open.add(-1, &[]);
    }
}

/// Counts a connection that the server closed.
pub(super) fn count_closed(reason: &'static str) {
    INSTRUMENTS
        .closed
        .add(1, &[KeyValue::new("coach.reason", reason)]);
}
