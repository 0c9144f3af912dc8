//! OTLP over gRPC.

use super::{CALLER, TRACE, request_today, start_with};
use crate::{coach::share_machine, collector::Collector};
use hex::encode as hex;

#[test]
fn traces_and_metrics_are_exported_over_grpc() {
    let _lock = share_machine();
    let collector = Collector::start();
    let dev = start_with(&collector, "grpc");
    request_today(&dev);
    collector.wait_for_trace(TRACE, |spans| {
        spans.iter().any(|span| hex(&span.parent_span_id) == CALLER)
    });
    collector.wait_for_metric("coach.batch.size");
    assert!(collector.grpc_calls() >= 2);
}
