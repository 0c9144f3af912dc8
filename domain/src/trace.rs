//! The place in a trace, as W3C's `traceparent` writes it, so that what is done later can link to its cause.

use opentelemetry::trace::{
    SpanContext, SpanId, TraceContextExt as _, TraceFlags, TraceId, TraceState,
};
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

/// Links a span to the place that a [`parent`] names: what is done there came of what was done here. A text that is no
/// place links to nothing.
pub fn link(span: &Span, parent: &str) {
    if let Some(place) = parse(parent) {
        span.add_link(place);
    }
}

/// <https://www.w3.org/TR/trace-context/#traceparent-header>
fn parse(text: &str) -> Option<SpanContext> {
    let mut parts = text.split('-');
    let (version, trace) = (parts.next()?, parts.next()?);
    let (span, flags) = (parts.next()?, parts.next()?);
    if version != "00" || parts.next().is_some() {
        return None;
    }
    let place = SpanContext::new(
        TraceId::from_hex(trace).ok()?,
        SpanId::from_hex(span).ok()?,
        TraceFlags::new(u8::from_str_radix(flags, 16).ok()?),
        true,
        TraceState::NONE,
    );
    place.is_valid().then_some(place)
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn a_place_is_read_as_it_was_written() {
        let place = parse("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01").unwrap();
        assert_eq!(
            place.trace_id().to_string(),
            "0af7651916cd43dd8448eb211c80319c"
        );
        assert_eq!(place.span_id().to_string(), "b7ad6b7169203331");
        assert!(place.is_sampled() && place.is_remote());
    }

    #[test]
    fn anything_else_is_no_place() {
        for text in [
            "",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
            "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-zz",
        ] {
            assert!(parse(text).is_none(), "{text}");
        }
    }
}
