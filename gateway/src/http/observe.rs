//! Middleware around every request: request id, span, access log, metrics, and a 500 for panics.

use std::panic::AssertUnwindSafe;

use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, Method, header::ACCESS_CONTROL_ALLOW_ORIGIN},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use coach_domain::trace;
use futures_util::FutureExt as _;
use opentelemetry::{
    propagation::{Extractor, TextMapPropagator as _},
    trace::TraceContextExt as _,
};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tokio::time::Instant;
use tracing::{Span, field::Empty};
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

use super::{
    admission::is_monitoring_path,
    error::HttpError,
    media_type::MediaType,
    meter,
    request_id::{REQUEST_ID, RequestId},
    state::AppState,
};

/// What the GraphQL route reports about a request for the log: a response extension.
#[derive(Clone, Debug, Default)]
pub(super) struct RequestSummary {
    pub(super) operations: String,
    pub(super) cost: usize,
    pub(super) errors: usize,
    pub(super) statements: Statements,
}

/// The SQL statements of a request, without transaction control (`BEGIN`, `COMMIT`). A response extension, for the log.
#[derive(Clone, Debug, Default)]
pub struct Statements {
    /// Their number.
    pub count: usize,
    /// Their texts in the order in which they were sent; empty unless the application records them.
    pub texts: Vec<String>,
}

/// The span of the request: a request extension.
#[derive(Clone)]
pub(super) struct RequestSpan(pub(super) Span);

/// Assigns the request its id, and logs it when it is answered or abandoned.
pub(super) async fn observe(
    State(state): State<AppState>,
    mut request: Request,
    next: Next,
) -> Response {
    let id = RequestId::from_headers(request.headers(), state.shared().app.clock.as_ref());
    let mut log = RequestLog::new(&id, &request);
    let extensions = request.extensions_mut();
    extensions.insert(id.clone());
    extensions.insert(RequestSpan(log.span.clone()));
    // The panic hook has logged it; the client gets no details.
    let result = AssertUnwindSafe(next.run(request)).catch_unwind().await;
    let mut response = result.unwrap_or_else(|_| {
        let error = HttpError::internal().respond(MediaType::Json, Some(id.as_str()));
        // The panic bypassed the CORS layer, and the response contains nothing that other origins must not read.
        ([(ACCESS_CONTROL_ALLOW_ORIGIN, "*")], error).into_response()
    });
    response.headers_mut().insert(REQUEST_ID, id.header_value());
    log.status = Some(response.status().as_u16());
    log.summary = response.extensions_mut().remove().unwrap_or_default();
    response
}

/// Logs and measures the request when dropped, and so also when the client disconnects before the response.
struct RequestLog {
    id: RequestId,
    method: Method,
    /// The route, not the path, which may contain anything.
    route: Option<MatchedPath>,
    span: Span,
    started_at: Instant,
    status: Option<u16>,
    summary: RequestSummary,
}

impl RequestLog {
    fn new(id: &RequestId, request: &Request) -> Self {
        let method = request.method().clone();
        let route: Option<MatchedPath> = request.extensions().get().cloned();
        let name = route.as_ref().map_or("", MatchedPath::as_str);
        Self {
            id: id.clone(),
            span: request_span(&method, name, request.headers()),
            method,
            route,
            started_at: Instant::now(),
            status: None,
            summary: RequestSummary::default(),
        }
    }
}

/// The root span of a request; part of the caller's trace if there is a valid `traceparent`.
fn request_span(method: &Method, route: &str, headers: &HeaderMap) -> Span {
    if is_monitoring_path(route) {
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
    if !span.is_disabled() && has_valid_traceparent(headers) {
        let caller = TraceContextPropagator::new().extract(&HeaderExtractor(headers));
        // Cannot fail: the span has not been entered yet.
        let _ = span.set_parent(caller);
    }
    span
}

/// Whether there is exactly one `traceparent` header, and it is well-formed.
fn has_valid_traceparent(headers: &HeaderMap) -> bool {
    let mut values = headers.get_all("traceparent").iter();
    let text = values.next().and_then(|value| value.to_str().ok());
    values.next().is_none() && text.is_some_and(trace::is_well_formed)
}

struct HeaderExtractor<'a>(&'a HeaderMap);

impl Extractor for HeaderExtractor<'_> {
    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.to_str().ok()
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(axum::http::HeaderName::as_str).collect()
    }
}

/// The ids of the span's trace and of the span in it; `None` if it is not traced.
fn trace_ids(span: &Span) -> Option<(String, String)> {
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

impl Drop for RequestLog {
    fn drop(&mut self) {
        let route = self.route.as_ref().map_or("", MatchedPath::as_str);
        let duration = self.started_at.elapsed();
        if is_monitoring_path(route) {
            tracing::debug!(route, status = self.status, ?duration, "monitoring request");
            return;
        }
        // nginx's code for a client that closed the connection before the response.
        let status = self.status.unwrap_or(499);
        meter::record_request(&self.method, route, status, duration);
        self.span.record("http.response.status_code", status);
        if status >= 500 {
            self.span.record("error.type", status.to_string());
            self.span.record("otel.status_code", "ERROR");
        }
        let (trace_id, span_id) = trace_ids(&self.span).unzip();
        tracing::info!(
            "http.request.id" = self.id.as_str(),
            "http.request.method" = self.method.as_str(),
            "http.route" = route,
            "http.response.status_code" = status,
            "graphql.operation.name" = self.summary.operations,
            "graphql.cost" = self.summary.cost,
            "graphql.errors" = self.summary.errors,
            "db.statements" = self.summary.statements.count,
            "event.duration" = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX),
            "trace.id" = trace_id,
            "span.id" = span_id,
            "request"
        );
    }
}
