//! Propagation of the trace context as a W3C `traceparent`, so that later work belongs to the trace of its cause.

use opentelemetry::{
    Context,
    trace::{SpanContext, SpanId, TraceContextExt as _, TraceFlags, TraceId, TraceState},
};
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

/// The span's context as the value of a `traceparent` header; `None` when tracing is disabled.
pub fn traceparent(span: &Span) -> Option<String> {
    if span.is_disabled() {
        return None;
    }
    let context = span.context();
    let span_context = context.span().span_context().clone();
    span_context.is_valid().then(|| {
        let (trace, span) = (span_context.trace_id(), span_context.span_id());
        format!(
            "00-{trace}-{span}-{:02x}",
            span_context.trace_flags().to_u8()
        )
    })
}

/// The ids of the span's trace and of the span, in hexadecimal; `None` if it is not traced.
pub fn ids(span: &Span) -> Option<(String, String)> {
    if span.is_disabled() {
        return None;
    }
    let context = span.context();
    let span = context.span();
    let context = span.span_context();
    let ids = || {
        (
            context.trace_id().to_string(),
            context.span_id().to_string(),
        )
    };
    context.is_valid().then(ids)
}

/// Whether the span will be exported. Decides it, if it was not decided yet.
pub fn is_sampled(span: &Span) -> bool {
    !span.is_disabled() && span.context().span().span_context().is_sampled()
}

/// Links a new span to the spans of these [`traceparent`](traceparent())s, which are its causes. If all of them are of
/// one trace, the span becomes a part of it, as a child of the first. Those that are malformed are ignored.
pub fn follow<'t>(span: &Span, traceparents: impl IntoIterator<Item = &'t str>) {
    let mut causes = traceparents.into_iter().filter_map(parse);
    let Some(first) = causes.next() else { return };
    let mut is_one_trace = true;
    span.add_link(first.clone());
    for cause in causes {
        is_one_trace &= cause.trace_id() == first.trace_id();
        span.add_link(cause);
    }
    if is_one_trace {
        // Cannot fail: the span has not been entered yet.
        let _ = span.set_parent(Context::new().with_remote_span_context(first));
    }
}

/// Whether a `traceparent` is well-formed by the specification. A malformed one is not continued, since that could
/// merge or split traces: its caller gets a new trace.
/// <https://www.w3.org/TR/trace-context/#traceparent-header>
pub fn is_well_formed(text: &str) -> bool {
    let mut parts = text.splitn(5, '-');
    let mut next = |digits| parts.next().filter(|part| is_hexadecimal(part, digits));
    let (Some(version), Some(trace), Some(span), Some(_flags)) =
        (next(2), next(32), next(16), next(2))
    else {
        return false;
    };
    let is_zero = |part: &str| part.bytes().all(|digit| digit == b'0');
    // Later versions may append more parts to these four.
    let ends = parts.next().is_none() || version != "00";
    version != "ff" && !is_zero(trace) && !is_zero(span) && ends
}

fn is_hexadecimal(text: &str, digits: usize) -> bool {
    text.len() == digits
        && text
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn parse(text: &str) -> Option<SpanContext> {
    // This service writes version 00 only.
    if !is_well_formed(text) || !text.starts_with("00-") {
        return None;
    }
    let mut parts = text.split('-').skip(1);
    let (trace, span, flags) = (parts.next()?, parts.next()?, parts.next()?);
    Some(SpanContext::new(
        TraceId::from_hex(trace).ok()?,
        SpanId::from_hex(span).ok()?,
        TraceFlags::new(u8::from_str_radix(flags, 16).ok()?),
        true,
        TraceState::NONE,
    ))
}

#[cfg(test)]
mod tests {
    use super::{is_well_formed, parse};

    #[test]
    fn a_traceparent_is_parsed() {
        let span = parse("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01").unwrap();
        assert_eq!(
            span.trace_id().to_string(),
            "0af7651916cd43dd8448eb211c80319c"
        );
        assert_eq!(span.span_id().to_string(), "b7ad6b7169203331");
        assert!(span.is_sampled() && span.is_remote());
    }

    #[test]
    fn anything_else_is_not_parsed() {
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

    #[test]
    fn only_what_the_specification_allows_is_well_formed() {
        const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
        const SPAN: &str = "b7ad6b7169203331";
        for text in [
            format!("00-{TRACE}-{SPAN}-01"),
            format!("00-{TRACE}-{SPAN}-ff"),
            format!("01-{TRACE}-{SPAN}-01"),
            format!("cc-{TRACE}-{SPAN}-01-what-the-future-will-be"),
        ] {
            assert!(is_well_formed(&text), "{text}");
        }
        for text in [
            "00-1-00f067aa0ba902b7-01".to_owned(),
            format!("00-{}-{SPAN}-01", &TRACE[1..]),
            format!("00-+{}-{SPAN}-01", &TRACE[1..]),
            format!("00-{TRACE}-+{}-01", &SPAN[1..]),
            format!("00-{TRACE}-{SPAN}-+1"),
            format!("00-{TRACE}-{SPAN}-001"),
            format!("00-{TRACE}-{SPAN}-1"),
            format!("0-{TRACE}-{SPAN}-01"),
            format!("ff-{TRACE}-{SPAN}-01"),
            format!("00-{TRACE}-{SPAN}-01-more"),
            format!("00-{TRACE}-{SPAN}-01-"),
            format!("00-{}-{SPAN}-01", TRACE.to_uppercase()),
            format!("00-{}-{SPAN}-01", "0".repeat(32)),
            format!("00-{TRACE}-{}-01", "0".repeat(16)),
            format!(" 00-{TRACE}-{SPAN}-01"),
            String::new(),
        ] {
            assert!(!is_well_formed(&text) && parse(&text).is_none(), "{text}");
        }
    }
}
