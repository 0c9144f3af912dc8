//! Metrics of requests and operations. No attribute has a value that clients can choose, which bounds the cardinality.

use std::{borrow::Cow, sync::LazyLock, time::Duration};

use axum::http::Method;
use coach_execution::OperationType;
use opentelemetry::{
    KeyValue, global,
    metrics::{Counter, Histogram},
};

/// Histogram boundaries in seconds, as the semantic conventions for HTTP advise.
const BOUNDARIES: [f64; 14] = [
    0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0,
];

struct Instruments {
    requests: Histogram<f64>,
    operations: Histogram<f64>,
    errors: Counter<u64>,
}

static INSTRUMENTS: LazyLock<Instruments> = LazyLock::new(|| {
    let meter = global::meter("coach");
    let histogram = |name: &'static str, description: &'static str| {
        let builder = meter.f64_histogram(name).with_description(description);
        let builder = builder.with_unit("s").with_boundaries(BOUNDARIES.to_vec());
        builder.build()
    };
    Instruments {
        requests: histogram(
            "http.server.request.duration",
            "Duration of HTTP server requests.",
        ),
        operations: histogram(
            "coach.graphql.operation.duration",
            "Duration of GraphQL operations, from the parsed document to the answer.",
        ),
        errors: meter
            .u64_counter("coach.graphql.errors")
            .with_unit("{error}")
            .with_description("Errors in answers, by their code.")
            .build(),
    }
});

/// The method as a metric attribute; `_OTHER` for unknown ones.
pub(super) fn method(method: &Method) -> &'static str {
    let known = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    let mut known = known.into_iter().filter(|known| *known == method.as_str());
    known.next().unwrap_or("_OTHER")
}

/// The keyword of an operation type.
pub(super) fn operation_type(operation_type: OperationType) -> &'static str {
    match operation_type {
        OperationType::Query => "query",
        OperationType::Mutation => "mutation",
        OperationType::Subscription => "subscription",
    }
}

/// The operation's name if it is one of the app's own operations; `_OTHER` for all others.
fn operation_name(name: Option<&str>) -> &'static str {
    let known = coach_resolvers::OPERATIONS.iter();
    let mut known = known.filter(|known| Some(**known) == name);
    known.next().unwrap_or(&"_OTHER")
}

/// Records a request that was answered or abandoned.
pub(super) fn record_request(
    request_method: &Method,
    route: Cow<'static, str>,
    status: u16,
    duration: Duration,
) {
    INSTRUMENTS.requests.record(
        duration.as_secs_f64(),
        &[
            KeyValue::new("http.request.method", method(request_method)),
            KeyValue::new("http.route", route),
            KeyValue::new("http.response.status_code", i64::from(status)),
        ],
    );
}

/// Records an executed operation.
pub(super) fn record_operation(
    name: Option<&str>,
    kind: Option<OperationType>,
    duration: Duration,
) {
    INSTRUMENTS.operations.record(
        duration.as_secs_f64(),
        &[
            KeyValue::new("graphql.operation.name", operation_name(name)),
            KeyValue::new(
                "graphql.operation.type",
                kind.map_or("_OTHER", operation_type),
            ),
        ],
    );
}

/// Counts an error of a response.
pub(super) fn count_error(code: &str) {
    let code = KeyValue::new("error.type", code.to_owned());
    INSTRUMENTS.errors.add(1, &[code]);
}
