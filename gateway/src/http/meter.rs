//! Metrics of requests and operations. No attribute has a value that clients can choose, which bounds the cardinality.

use std::{borrow::Cow, sync::LazyLock, time::Duration};

use axum::http::Method;
use coach_execution::OperationType;
use opentelemetry::{
    KeyValue, global,
    metrics::{Counter, Histogram},
};

/// Histogram boundaries in seconds: half as many as the semantic conventions for HTTP advise, because there is a series
/// for each, of each operation.
const BOUNDARIES: [f64; 7] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0];

/// The name in metrics of operations that are not the app's own, and of methods that nothing here is requested with.
const OTHER: &str = "_OTHER";

struct Instruments {
    requests: Histogram<f64>,
    rejected: Counter<u64>,
    operations: Histogram<f64>,
    cost: Counter<u64>,
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
        rejected: meter
            .u64_counter("coach.http.requests.rejected")
            .with_unit("{request}")
            .with_description("Requests that were turned away by load shedding or rate limits.")
            .build(),
        operations: histogram(
            "coach.graphql.operation.duration",
            "Duration of GraphQL operations, from the parsed document to the answer.",
        ),
        cost: meter
            .u64_counter("coach.graphql.cost")
            .with_unit("{cost}")
            .with_description("The cost of executed operations.")
            .build(),
        errors: meter
            .u64_counter("coach.graphql.errors")
            .with_unit("{error}")
            .with_description("Answers with errors, once for each code among them.")
            .build(),
    }
});

/// Why a request was turned away.
#[derive(Clone, Copy)]
pub(super) enum Rejected {
    /// There are as many connections as may be, and each of the others has a request in progress.
    Overloaded,
    /// A member requests more changes than the limit.
    RateLimited,
}

impl Rejected {
    const ALL: [Self; 2] = [Self::Overloaded, Self::RateLimited];

    fn attribute(self) -> KeyValue {
        let reason = match self {
            Self::Overloaded => "overloaded",
            Self::RateLimited => "rate_limited",
        };
        KeyValue::new("coach.reason", reason)
    }
}

/// Exports the counters of rare events from now on, though they are zero, so that the first event is an increase.
pub(super) fn start() {
    for reason in Rejected::ALL {
        INSTRUMENTS.rejected.add(0, &[reason.attribute()]);
    }
}

/// The method as a span attribute; `_OTHER` for unknown ones.
pub(super) fn method(method: &Method) -> &'static str {
    let known = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    let mut known = known.into_iter().filter(|known| *known == method.as_str());
    known.next().unwrap_or(OTHER)
}

/// The keyword of an operation type.
pub(super) fn operation_type(operation_type: OperationType) -> &'static str {
    match operation_type {
        OperationType::Query => "query",
        OperationType::Mutation => "mutation",
        OperationType::Subscription => "subscription",
    }
}

/// The operation's name if it is one of the app's own operations, which are borrowed; `_OTHER` for all others.
fn operation_name(name: Option<&Cow<'static, str>>) -> KeyValue {
    let name = match name {
        Some(Cow::Borrowed(known)) => known,
        _ => OTHER,
    };
    KeyValue::new("graphql.operation.name", name)
}

/// Records a request that was answered or abandoned.
pub(super) fn record_request(
    request_method: &Method,
    route: Cow<'static, str>,
    status: u16,
    duration: Duration,
) {
    // Whoever tries paths and methods that are not there gets a series for each status, and takes none from others.
    let (method, route) = match (status, request_method.as_str()) {
        (404 | 405, _) => (OTHER, Cow::Borrowed("")),
        (_, "GET" | "HEAD" | "POST" | "OPTIONS") => (method(request_method), route),
        _ => (OTHER, route),
    };
    INSTRUMENTS.requests.record(
        duration.as_secs_f64(),
        &[
            KeyValue::new("http.request.method", method),
            KeyValue::new("http.route", route),
            KeyValue::new("http.response.status_code", i64::from(status)),
            KeyValue::new("url.scheme", "http"),
        ],
    );
}

/// Counts a request that was turned away.
pub(super) fn count_rejected(reason: Rejected) {
    INSTRUMENTS.rejected.add(1, &[reason.attribute()]);
}

/// Records an executed operation.
pub(super) fn record_operation(
    name: Option<&Cow<'static, str>>,
    kind: Option<OperationType>,
    duration: Duration,
    cost: usize,
) {
    let name = operation_name(name);
    let kind = KeyValue::new("graphql.operation.type", kind.map_or(OTHER, operation_type));
    let attributes = [name, kind];
    INSTRUMENTS
        .operations
        .record(duration.as_secs_f64(), &attributes);
    INSTRUMENTS.cost.add(cost as u64, &attributes[..1]);
}

/// Counts a response with an error of this code.
pub(super) fn count_error(code: &str, name: Option<&Cow<'static, str>>) {
    let code = KeyValue::new("error.type", code.to_owned());
    INSTRUMENTS.errors.add(1, &[code, operation_name(name)]);
}
