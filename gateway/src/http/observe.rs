//! Around every request: its id, its span, its line in the log, and a mask for panics.

use std::panic::AssertUnwindSafe;

use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, HeaderValue, Method, header::ACCESS_CONTROL_ALLOW_ORIGIN},
    middleware::Next,
    response::Response,
};
use coach_domain::trace;
use futures_util::FutureExt as _;
use opentelemetry::{
    propagation::{Extractor, TextMapPropagator as _},
    trace::{SpanContext, TraceContextExt as _},
};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tokio::time::Instant;
use tracing::{Span, field::Empty};
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

use super::{
    admission::is_upkeep,
    media::Media,
    meter,
    refusal::Refusal,
    request_id::{REQUEST_ID, RequestId},
    state::AppState,
};

/// What the GraphQL route tells of a request.
#[derive(Clone, Debug, Default)]
pub(super) struct Executed {
    pub(super) operations: String,
    pub(super) cost: usize,
    pub(super) errors: usize,
    pub(super) statements: Statements,
}

/// The SQL statements that answering took, without those of transactions
/// themselves. Goes along as an extension of the response, for the log.
#[derive(Clone, Debug, Default)]
pub struct Statements {
    /// How many.
    pub count: usize,
    /// Their texts in the order in which they were sent; empty unless the application records them.
    pub texts: Vec<String>,
}

/// What stands for the request in traces.
#[derive(Clone)]
pub(super) struct RequestSpan(pub(super) Span);

/// Gives the request its id, and logs it when it is answered or given up.
pub(super) async fn observe(
    State(state): State<AppState>,
    mut request: Request,
    next: Next,
) -> Response {
    let id = RequestId::of(
        request.headers(),
        state.shared().app.services.clock.as_ref(),
    );
    let mut line = Line::new(&id, &request);
    request.extensions_mut().insert(id.clone());
    request
        .extensions_mut()
        .insert(RequestSpan(line.span.clone()));
    // The panic's own hook has told the log; the client learns nothing of it.
    let answer = AssertUnwindSafe(next.run(request)).catch_unwind().await;
    let mut response = answer.unwrap_or_else(|_| {
        let mut masked = Refusal::internal().respond(Media::Json, Some(id.as_str()));
        // It went past the layer that does this, and there is nothing in it that pages elsewhere should not read.
        let anybody = HeaderValue::from_static("*");
        masked
            .headers_mut()
            .insert(ACCESS_CONTROL_ALLOW_ORIGIN, anybody);
        masked
    });
    response.headers_mut().insert(REQUEST_ID, id.header());
    line.status = Some(response.status().as_u16());
    line.executed = response.extensions_mut().remove().unwrap_or_default();
    response
}

/// What is told of a request when this is dropped: clients that go away get theirs too.
struct Line {
    id: RequestId,
    method: Method,
    /// The route, not the path: that may hold anything.
    route: Option<MatchedPath>,
    span: Span,
    begun: Instant,
    status: Option<u16>,
    executed: Executed,
}

impl Line {
    fn new(id: &RequestId, request: &Request) -> Self {
        let method = request.method().clone();
        let route: Option<MatchedPath> = request.extensions().get().cloned();
        let name = route.as_ref().map_or("", MatchedPath::as_str);
        Self {
            id: id.clone(),
            span: span(&method, name, request.headers()),
            method,
            route,
            begun: Instant::now(),
            status: None,
            executed: Executed::default(),
        }
    }
}

/// The root of what we tell of a request; part of the caller's trace where it says that there is one.
fn span(method: &Method, route: &str, headers: &HeaderMap) -> Span {
    if is_upkeep(route) {
        return Span::none();
    }
    let method = meter::method(method);
    let span = tracing::info_span!(
        "request",
        "otel.name" = format!("{method} {route}").trim_end(),
        "otel.kind" = "server",
        "http.request.method" = method,
        "http.route" = route,
        "http.response.status_code" = Empty,
        "error.type" = Empty,
        "otel.status_code" = Empty,
    );
    if !span.is_disabled() && names_a_parent(headers) {
        let caller = TraceContextPropagator::new().extract(&Headers(headers));
        // It has not begun yet, so it can still get a parent.
        let _ = span.set_parent(caller);
    }
    span
}

/// Whether the caller says, once and well-formed, which trace this is part of.
fn names_a_parent(headers: &HeaderMap) -> bool {
    let mut named = headers.get_all("traceparent").iter();
    let text = named.next().and_then(|value| value.to_str().ok());
    named.next().is_none() && text.is_some_and(trace::is_well_formed)
}

struct Headers<'a>(&'a HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.to_str().ok()
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(axum::http::HeaderName::as_str).collect()
    }
}

/// The place in a trace, when there is one.
fn place(span: &Span) -> Option<SpanContext> {
    if span.is_disabled() {
        return None;
    }
    let context = span.context();
    let place = context.span().span_context().clone();
    place.is_valid().then_some(place)
}

impl Drop for Line {
    fn drop(&mut self) {
        let route = self.route.as_ref().map_or("", MatchedPath::as_str);
        let duration = self.begun.elapsed();
        if is_upkeep(route) {
            tracing::debug!(route, status = self.status, ?duration, "upkeep");
            return;
        }
        // 499 is what nginx calls it when the client did not wait.
        let status = self.status.unwrap_or(499);
        meter::request(&self.method, route, status, duration);
        self.span.record("http.response.status_code", status);
        if status >= 500 {
            self.span.record("error.type", status.to_string());
            self.span.record("otel.status_code", "ERROR");
        }
        let place = place(&self.span);
        tracing::info!(
            "http.request.id" = self.id.as_str(),
            "http.request.method" = self.method.as_str(),
            "http.route" = route,
            "http.response.status_code" = status,
            "graphql.operation.name" = self.executed.operations,
            "graphql.cost" = self.executed.cost,
            "graphql.errors" = self.executed.errors,
            "db.statements" = self.executed.statements.count,
            "event.duration" = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX),
            "trace.id" = place.as_ref().map(|place| place.trace_id().to_string()),
            "span.id" = place.as_ref().map(|place| place.span_id().to_string()),
            "request"
        );
    }
}
