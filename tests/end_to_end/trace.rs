//! Which trace a span joins that has causes in other processes.

use std::io;

use coach_domain::trace::{follow, traceparent};
use coach_gateway::telemetry;
use opentelemetry_sdk::trace::SdkTracerProvider;

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const OTHER_TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

/// The trace of a span that follows these causes.
fn trace_of(causes: &[&str]) -> String {
    let provider = SdkTracerProvider::builder().build();
    let tracer = telemetry::tracer(&provider);
    let (subscriber, _) = telemetry::subscriber("off", io::sink, Some(tracer));
    tracing::subscriber::with_default(subscriber, || {
        let span = tracing::info_span!(target: "coach", parent: None, "send");
        follow(&span, causes.iter().copied());
        let traceparent = traceparent(&span).expect("a trace");
        traceparent.split('-').nth(1).expect("an id").to_owned()
    })
}

#[test]
fn a_span_joins_the_trace_of_its_causes_if_there_is_only_one() {
    let first = format!("00-{TRACE}-b7ad6b7169203331-01");
    let second = format!("00-{TRACE}-00f067aa0ba902b7-01");
    let other = format!("00-{OTHER_TRACE}-00f067aa0ba902b7-01");
    assert_eq!(trace_of(&[&first]), TRACE);
    assert_eq!(trace_of(&[&first, &second]), TRACE);
    assert_eq!(trace_of(&["malformed", &second]), TRACE);
    for causes in [&[&*first, &*other][..], &["malformed"], &[]] {
        let trace = trace_of(causes);
        assert!(![TRACE, OTHER_TRACE].contains(&&*trace), "{causes:?}");
    }
}
