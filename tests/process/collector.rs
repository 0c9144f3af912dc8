//! A fake OpenTelemetry collector, which receives OTLP over HTTP and gRPC and stores it.

use std::{
    collections::HashMap,
    net::TcpListener,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, HeaderValue, header::CONTENT_TYPE},
    response::{IntoResponse as _, Response},
    routing::post,
};
use coach_tests::wait_for;
use hex::encode as hex;
use http_body_util::{BodyExt as _, Full};
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
    /// The number of calls over gRPC.
    grpc_calls: Arc<AtomicUsize>,
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
            .route(&grpc_path("trace", "TraceService"), post(grpc_traces))
            .route(&grpc_path("metrics", "MetricsService"), post(grpc_metrics))
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
            let of_trace = self
                .spans()
                .into_iter()
                .filter(|span| hex(&span.trace_id) == id);
            of_trace.collect::<Vec<_>>()
        };
        wait_for(
            || Some(of_trace()).filter(|spans| complete(spans)),
            || format!("the trace is complete: {:#?}", of_trace()),
        )
    }

    /// All spans that were received.
    pub(crate) fn spans(&self) -> Vec<Span> {
        self.received.spans.lock().expect("spans").clone()
    }

    /// Waits until a metric of this name is received.
    pub(crate) fn wait_for_metric(&self, name: &str) {
        let names = || self.received.metrics.lock().expect("metrics").clone();
        wait_for(
            || names().iter().any(|it| it == name).then_some(()),
            || format!("{name}: {:?}", names()),
        );
    }

    /// The number of calls over gRPC.
    pub(crate) fn grpc_calls(&self) -> usize {
        self.received.grpc_calls.load(Ordering::Relaxed)
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

fn grpc_path(signal: &str, service: &str) -> String {
    format!("/opentelemetry.proto.collector.{signal}.v1.{service}/Export")
}

async fn grpc_traces(State(received): State<Received>, body: Bytes) -> Response {
    received.grpc_calls.fetch_add(1, Ordering::Relaxed);
    traces(State(received), grpc_message(&body)).await;
    grpc_response()
}

async fn grpc_metrics(State(received): State<Received>, body: Bytes) -> Response {
    received.grpc_calls.fetch_add(1, Ordering::Relaxed);
    metrics(State(received), grpc_message(&body)).await;
    grpc_response()
}

/// The message in the body of a call: behind a byte that tells whether it is compressed, and its length.
fn grpc_message(body: &Bytes) -> Bytes {
    assert_eq!(body[0], 0, "it is not compressed");
    body.slice(5..)
}

/// An empty message, and the status OK.
fn grpc_response() -> Response {
    let mut trailers = HeaderMap::new();
    trailers.insert("grpc-status", HeaderValue::from_static("0"));
    let body = Full::new(Bytes::from_static(&[0; 5]));
    let body = body.with_trailers(async { Some(Ok(trailers)) });
    let headers = [(CONTENT_TYPE, "application/grpc")];
    (headers, Body::new(body)).into_response()
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
