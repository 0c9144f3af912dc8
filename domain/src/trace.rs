//! The place in a trace, as W3C's `traceparent` writes it, so that what is done later can link to its cause.

use opentelemetry::trace::TraceContextExt as _;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

/// The header's text; `None` where nobody traces.
pub fn parent(span: &Span) -> Option<String> {
    if span.is_disabled() {
        return None;
    }
    let context = span.context();
    let place = context.span().span_context().clone();
    place.is_valid().then(|| {
        let (trace, span, flags) = (place.trace_id(), place.span_id(), place.trace_flags());
        format!("00-{trace}-{span}-{:02x}", flags.to_u8())
    })
}
