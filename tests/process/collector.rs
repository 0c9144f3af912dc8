//! A fake OpenTelemetry collector, which receives OTLP over HTTP and stores it.

use std::{
    collections::HashMap,
    net::TcpListener,
    sync::{Arc, Mutex},
    thread,
};

use axum::{Router, body::Bytes, extract::State, routing::post};
use coach_tests::wait_for;
use hex::encode as hex;
use opentelemetry_proto::tonic::{
    collector::{metrics::v1::ExportMetricsServiceRequest, trace::v1::ExportTraceServiceRequest},
    common::v1::any_value::Value,
    trace::v1::Span,
};
use prost::Message as _;

#[derive(Clone, Default)]
struct Received {
    spans: Arc<Mutex<Vec<Span>>>,
    metrics: Arc<Mutex<Vec<String>>>,
    services: Arc<Mutex<Vec<String>>>,
}

/// A collector, which listens until the process ends.
pub(crate) struct Collector {
    pub(crate) endpoint: String,
    received: Received,
}

impl Collector {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let endpoint = format!("http://{}", listener.local_addr().expect("an address"));
        listener.set_nonblocking(true).expect("a socket");
        let received = Received::default();
        let router = Router::new()
            .route("/v1/traces", post(traces))
            .route("/v1/metrics", post(metrics))
            .with_state(received.clone());
        thread::spawn(move || {
            let runtime = tokio::runtime::Runtime::new().expect("a runtime");
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener).expect("a socket");
                axum::serve(listener, router).await.expect("it serves");
            });
        });
        Self { endpoint, received }
    }

    /// Waits until `complete` returns true for the spans of a trace, and returns them.
    pub(crate) fn wait_for_trace(&self, id: &str, complete: impl Fn(&[Span]) -> bool) -> Vec<Span> {
        let of_trace = || {
            let spans = self.received.spans.lock().expect("spans").clone();
            let of_trace = spans.into_iter().filter(|span| hex(&span.trace_id) == id);
            of_trace.collect::<Vec<_>>()
        };
        wait_for(
            || Some(of_trace()).filter(|spans| complete(spans)),
            || format!("the trace is complete: {:#?}", of_trace()),
        )
    }

    /// Waits for a span of this name that is linked to a trace.
    pub(crate) fn wait_for_linked_span(&self, name: &str, trace: &str) -> Span {
        let linked = |span: &Span| span.links.iter().any(|link| hex(&link.trace_id) == trace);
        wait_for(
            || {
                let spans = self.received.spans.lock().expect("spans").clone();
                spans.into_iter().find(|it| it.name == name && linked(it))
            },
            || format!("a span {name} is linked to {trace}"),
        )
    }

    /// Waits until a metric of this name is received.
    pub(crate) fn wait_for_metric(&self, name: &str) {
        let names = || self.received.metrics.lock().expect("metrics").clone();
        wait_for(
            || names().iter().any(|it| it == name).then_some(()),
            || format!("{name}: {:?}", names()),
        );
    }

    /// All received spans, as text.
    pub(crate) fn text(&self) -> String {
        format!("{:?}", self.received.spans.lock().expect("spans"))
    }

    /// The service names of the senders.
    pub(crate) fn services(&self) -> Vec<String> {
        self.received.services.lock().expect("services").clone()
    }
}

async fn traces(State(received): State<Received>, body: Bytes) {
    let request = ExportTraceServiceRequest::decode(body).expect("OTLP");
    for resource in request.resource_spans {
        let attributes = resource.resource.expect("a resource").attributes;
        let services = attributes.into_iter().filter_map(|it| {
            let value = it.value.and_then(|value| value.value);
            (it.key == "service.name").then(|| text(value.as_ref()))
        });
        received.services.lock().expect("services").extend(services);
        let spans = resource
            .scope_spans
            .into_iter()
            .flat_map(|scope| scope.spans);
        received.spans.lock().expect("spans").extend(spans);
    }
}

async fn metrics(State(received): State<Received>, body: Bytes) {
    let request = ExportMetricsServiceRequest::decode(body).expect("OTLP");
    let scopes = request
        .resource_metrics
        .into_iter()
        .flat_map(|it| it.scope_metrics);
    let names = scopes
        .flat_map(|scope| scope.metrics)
        .map(|metric| metric.name);
    received.metrics.lock().expect("metrics").extend(names);
}

/// The attributes of a span, as text.
pub(crate) fn attributes(span: &Span) -> HashMap<&str, String> {
    let attributes = span.attributes.iter();
    let attributes = attributes.map(|it| {
        let value = it.value.as_ref().and_then(|value| value.value.as_ref());
        (it.key.as_str(), text(value))
    });
    attributes.collect()
}

fn text(value: Option<&Value>) -> String {
    match value {
        Some(Value::StringValue(text)) => text.clone(),
        Some(Value::IntValue(number)) => number.to_string(),
        other => format!("{other:?}"),
    }
}
