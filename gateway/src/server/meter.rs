//! Metrics of connections.

use std::sync::LazyLock;

use opentelemetry::{
    KeyValue, global,
    metrics::{Counter, UpDownCounter},
};

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
