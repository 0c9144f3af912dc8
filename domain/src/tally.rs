//! Counts what members do, for metrics. Repetitions of a command with the same idempotency key are not counted.

use std::sync::LazyLock;

use opentelemetry::{global, metrics::Counter};

struct Counters {
    check_ins: Counter<u64>,
    plans: Counter<u64>,
}

static COUNTERS: LazyLock<Counters> = LazyLock::new(|| {
    let meter = global::meter("coach");
    Counters {
        check_ins: meter
            .u64_counter("coach.check_ins.submitted")
            .with_unit("{check_in}")
            .with_description("Check-ins that were submitted.")
            .build(),
        plans: meter
            .u64_counter("coach.plans.begun")
            .with_unit("{plan}")
            .with_description("Plans that were begun.")
            .build(),
    }
});

/// Exports the counters from now on, though they are zero, so that the first count is an increase.
pub fn start() {
    COUNTERS.check_ins.add(0, &[]);
    COUNTERS.plans.add(0, &[]);
}

pub(crate) fn count_check_in() {
    COUNTERS.check_ins.add(1, &[]);
}

pub(crate) fn count_plan() {
    COUNTERS.plans.add(1, &[]);
}
