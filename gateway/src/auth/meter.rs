//! Metrics of the cache of verified tokens.

use std::sync::LazyLock;

use opentelemetry::{KeyValue, global, metrics::Counter};

static LOOKUPS: LazyLock<Counter<u64>> = LazyLock::new(|| {
    global::meter("coach")
        .u64_counter("coach.token.cache")
        .with_unit("{lookup}")
        .with_description("Tokens that were looked up among the verified ones.")
        .build()
});

/// Counts a token that was looked up. One that was verified with other keys is a miss.
pub(super) fn count_lookup(is_hit: bool) {
    let outcome = if is_hit { "hit" } else { "miss" };
    LOOKUPS.add(1, &[KeyValue::new("coach.outcome", outcome)]);
}
