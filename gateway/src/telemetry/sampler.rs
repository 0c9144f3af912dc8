//! Which traces are exported unless `OTEL_TRACES_SAMPLER` says it.

use opentelemetry::{
    Context, KeyValue,
    trace::{Link, SpanKind, TraceId},
};
use opentelemetry_sdk::trace::{Sampler, SamplingResult, ShouldSample};

/// Of how many reads one is traced.
const READS_PER_TRACE: f64 = 20.0;

/// Samples one in [`READS_PER_TRACE`] of the requests that read, because most requests do and spans take more of their
/// time than anything else but the database. What changes something is always traced. A caller's decision counts.
pub(super) fn some_reads() -> Sampler {
    Sampler::ParentBased(Box::new(SomeReads))
}

#[derive(Clone, Debug)]
struct SomeReads;

impl ShouldSample for SomeReads {
    fn should_sample(
        &self,
        parent_context: Option<&Context>,
        trace_id: TraceId,
        name: &str,
        span_kind: &SpanKind,
        attributes: &[KeyValue],
        links: &[Link],
    ) -> SamplingResult {
        let sampler = if is_read(attributes) {
            Sampler::TraceIdRatioBased(1.0 / READS_PER_TRACE)
        } else {
            Sampler::AlwaysOn
        };
        sampler.should_sample(parent_context, trace_id, name, span_kind, attributes, links)
    }
}

/// Whether these are the attributes of a request that changes nothing, as one that is refused before it is executed.
fn is_read(attributes: &[KeyValue]) -> bool {
    let value = |key| {
        let attribute = attributes.iter().find(|found| found.key.as_str() == key);
        attribute.map(|attribute| attribute.value.as_str())
    };
    let Some(route) = value("http.route") else {
        return false;
    };
    match value("graphql.operation.type") {
        Some(operation) => operation != "mutation",
        None => {
            route.starts_with("/graphql") || value("http.request.method").as_deref() != Some("POST")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_reads_is_told_by_method_route_and_operation() {
        let route = |method, route| {
            [
                KeyValue::new("http.request.method", method),
                KeyValue::new("http.route", route),
            ]
        };
        let operation = |kind| KeyValue::new("graphql.operation.type", kind);
        let graphql = || route("POST", "/graphql").to_vec();
        for (attributes, expected) in [
            (vec![], false),
            (graphql(), true),
            ([graphql(), vec![operation("query")]].concat(), true),
            ([graphql(), vec![operation("mutation")]].concat(), false),
            (route("GET", "/live/status.json").to_vec(), true),
            (route("POST", "/webhooks/{source}").to_vec(), false),
        ] {
            assert_eq!(is_read(&attributes), expected, "{attributes:?}");
        }
    }

    #[test]
    fn one_read_in_twenty_is_sampled_and_every_change() {
        let sampled = |attributes: &[KeyValue]| {
            let sampled = (0..20_000_u128).filter(|number| {
                // Only the lower half of the id counts.
                let trace_id = TraceId::from(number.wrapping_mul(0x9E37_79B9_7F4A_7C15));
                let result = SomeReads.should_sample(
                    None,
                    trace_id,
                    "request",
                    &SpanKind::Server,
                    attributes,
                    &[],
                );
                result.decision == opentelemetry_sdk::trace::SamplingDecision::RecordAndSample
            });
            sampled.count()
        };
        let route = KeyValue::new("http.route", "/graphql");
        let reads = sampled(&[
            route.clone(),
            KeyValue::new("graphql.operation.type", "query"),
        ]);
        assert!((900..1_100).contains(&reads), "{reads}");
        let changes = sampled(&[route, KeyValue::new("graphql.operation.type", "mutation")]);
        assert_eq!(changes, 20_000);
    }
}
