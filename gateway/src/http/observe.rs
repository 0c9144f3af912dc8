//! Middleware around every request: request id, span, access log, metrics, and a 500 for panics.

use std::{
    borrow::Cow,
    panic::AssertUnwindSafe,
    sync::{Arc, OnceLock},
    thread,
    time::Duration,
};

use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, Method, header::ACCESS_CONTROL_ALLOW_ORIGIN},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use chrono::TimeDelta;
use coach_domain::{
    database::{Pool, Session, Timeline},
    request_trace::FinishedRequest,
    trace,
};
use futures_util::FutureExt as _;
use opentelemetry::propagation::{Extractor, TextMapPropagator as _};
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
    response,
    sampling::has_valid_traceparent,
    server_timing::{SERVER_TIMING, server_timing},
    state::AppState,
};

/// What the GraphQL endpoint reports about a request for the log.
#[derive(Debug, Default)]
pub(super) struct RequestSummary {
    /// The names of the operations, separated by commas.
    pub(super) operations: Cow<'static, str>,
    pub(super) cost: usize,
    pub(super) errors: usize,
    /// The codes of the errors, each once.
    pub(super) error_codes: Vec<String>,
    /// The number of SQL statements.
    pub(super) statements: usize,
}

impl RequestSummary {
    /// Adds the code of an error, unless it is known.
    pub(super) fn add_error_code(&mut self, code: &str) {
        if !self.error_codes.iter().any(|known| known == code) {
            self.error_codes.push(code.to_owned());
        }
    }
}

/// The SQL statements of a request, without transaction control (`BEGIN`, `COMMIT`). A response extension, if the
/// application records them.
#[derive(Clone, Debug, Default)]
pub struct Statements {
    /// Their number.
    pub count: usize,
    /// Their texts in the order in which they were sent.
    pub texts: Vec<String>,
}

/// What the statements of a request belong to: a request extension.
#[derive(Clone)]
pub(super) struct RequestScope {
    pub(super) span: Span,
    timeline: Arc<Timeline>,
}

impl RequestScope {
    /// The database as this request uses it.
    pub(super) fn session(&self, database: &Pool) -> Session {
        let session = Session::new(database.clone(), self.span.clone());
        session.with_timeline(Arc::clone(&self.timeline))
    }

    /// The same with a span below its own.
    pub(super) fn with_span(self, span: Span) -> Self {
        Self { span, ..self }
    }
}

/// Middleware that assigns a request its id, and logs it when it is answered or abandoned.
pub(super) async fn observe(
    State(state): State<AppState>,
    mut request: Request,
    next: Next,
) -> Response {
    // Not the path, which may contain anything.
    let route = request.extensions().get();
    let route = route.map_or("", MatchedPath::as_str).to_owned();
    let log = RequestLog::start(&state, &request, route.into());
    let extensions = request.extensions_mut();
    extensions.insert(log.id);
    extensions.insert(RequestScope {
        span: log.span().clone(),
        timeline: Arc::clone(&log.timeline),
    });
    let result = AssertUnwindSafe(next.run(request)).catch_unwind().await;
    log.finish(result)
}

/// Logs and measures the request when dropped, and so also when the client disconnects before the response.
pub(super) struct RequestLog {
    pub(super) id: RequestId,
    /// Its span, once it is known to be traced.
    span: OnceLock<Span>,
    pub(super) summary: RequestSummary,
    /// What its statements and batches do.
    pub(super) timeline: Arc<Timeline>,
    state: AppState,
    method: Method,
    route: Cow<'static, str>,
    started_at: Instant,
    status: Option<u16>,
}

impl RequestLog {
    pub(super) fn start(state: &AppState, request: &Request, route: Cow<'static, str>) -> Self {
        let (method, headers) = (request.method(), request.headers());
        let started_at = Instant::now();
        let sampling = &state.shared().sampling;
        let span = OnceLock::new();
        if !is_monitoring_path(&route) && sampling.begins_now(method, &route, headers) {
            let _ = span.set(request_span(method, &route, headers));
        }
        Self {
            id: RequestId::from_headers(headers, state.shared().app.clock.as_ref()),
            span,
            summary: RequestSummary::default(),
            timeline: Arc::new(Timeline::new(started_at)),
            state: state.clone(),
            method: method.clone(),
            route,
            started_at,
            status: None,
        }
    }

    /// Its span; disabled if it is not traced.
    pub(super) fn span(&self) -> &Span {
        static NONE: Span = Span::none();
        self.span.get().unwrap_or(&NONE)
    }

    /// Begins its span, unless that began with the request.
    pub(super) fn begin_span(&self) {
        self.span
            .get_or_init(|| request_span(&self.method, &self.route, &HeaderMap::new()));
    }

    /// Completes the response. If the handler panicked, it is a 500.
    pub(super) fn finish(mut self, result: thread::Result<Response>) -> Response {
        // The panic hook has logged it; the client gets no details.
        let mut response = result.unwrap_or_else(|_| {
            let error = HttpError::internal().respond(MediaType::Json, Some(self.id.as_str()));
            // The panic bypassed what allows other origins to read the response, which has nothing that they must not.
            ([(ACCESS_CONTROL_ALLOW_ORIGIN, "*")], error).into_response()
        });
        let id = self.id.header_value();
        response.headers_mut().insert(REQUEST_ID, id);
        if self.state.is_development() && self.is_graphql() {
            let timing = server_timing(self.started_at.elapsed(), &self.timeline.entries());
            response.headers_mut().insert(SERVER_TIMING, timing);
        }
        self.status = Some(response.status().as_u16());
        response
    }
}

/// The root span of a request; part of the caller's trace if there is a valid `traceparent`.
fn request_span(method: &Method, route: &str, headers: &HeaderMap) -> Span {
    let method = meter::method(method);
    let span = tracing::info_span!(
        "request",
        "otel.name" = format!("{method} {route}").trim_end(),
        "otel.kind" = "server",
        "http.request.method" = method,
        "http.route" = route,
        "url.scheme" = "http",
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

struct HeaderExtractor<'a>(&'a HeaderMap);

impl Extractor for HeaderExtractor<'_> {
    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.to_str().ok()
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(axum::http::HeaderName::as_str).collect()
    }
}

impl RequestLog {
    fn is_graphql(&self) -> bool {
        self.route.starts_with("/graphql")
    }

    /// Remembers what the request did, for whoever asks for the cause of its duration.
    fn remember(&mut self, status: u16, duration: Duration, trace_id: Option<String>) {
        let summary = std::mem::take(&mut self.summary);
        let app = &self.state.shared().app;
        let now = app.clock.now();
        let age = TimeDelta::from_std(duration).unwrap_or_default();
        let failed = |code: &String| response::is_server_error(code);
        let request = FinishedRequest {
            request_id: self.id.as_str().into(),
            started_at: now - age,
            route: if self.is_graphql() {
                Cow::Borrowed("")
            } else {
                std::mem::take(&mut self.route)
            },
            status,
            duration,
            cost: summary.cost,
            failed: status >= 500 || summary.error_codes.iter().any(failed),
            error_codes: summary.error_codes,
            trace_id,
            timeline: Arc::clone(&self.timeline),
        };
        app.traces.record(request, now);
    }
}

impl Drop for RequestLog {
    fn drop(&mut self) {
        let route = &*self.route;
        let duration = self.started_at.elapsed();
        if is_monitoring_path(route) {
            tracing::debug!(route, status = self.status, ?duration, "monitoring request");
            return;
        }
        // nginx's code for a client that closed the connection before the response.
        let status = self.status.unwrap_or(499);
        meter::record_request(&self.method, self.route.clone(), status, duration);
        self.span().record("http.response.status_code", status);
        if status >= 500 {
            self.span().record("error.type", status.to_string());
            self.span().record("otel.status_code", "ERROR");
        }
        let (trace_id, span_id) = trace::ids(self.span()).unzip();
        let error_codes = &self.summary.error_codes;
        tracing::info!(
            "http.request.id" = self.id.as_str(),
            "http.request.method" = self.method.as_str(),
            "http.route" = route,
            "http.response.status_code" = status,
            "graphql.operation.name" = &*self.summary.operations,
            "graphql.cost" = self.summary.cost,
            "graphql.errors" = self.summary.errors,
            "error.type" = (!error_codes.is_empty()).then(|| error_codes.join(",")),
            "db.statements" = self.summary.statements,
            "event.duration" = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX),
            "trace.id" = trace_id,
            "span.id" = span_id,
            "request"
        );
        self.remember(status, duration, trace_id);
    }
}
