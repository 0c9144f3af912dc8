//! Around every request: its id, its line in the log, and a mask for panics.

use std::panic::AssertUnwindSafe;

use axum::{
    extract::{MatchedPath, Request, State},
    http::Method,
    middleware::Next,
    response::Response,
};
use futures_util::FutureExt as _;
use tokio::time::Instant;

use super::{
    media::Media,
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

/// Gives the request its id, and logs it when it is answered or given up.
pub(super) async fn observe(
    State(state): State<AppState>,
    mut request: Request,
    next: Next,
) -> Response {
    let id = RequestId::of(request.headers(), state.shared().app.clock.as_ref());
    let mut line = Line::new(&id, &request);
    request.extensions_mut().insert(id.clone());
    // The panic's own hook has told the log; the client learns nothing of it.
    let answer = AssertUnwindSafe(next.run(request)).catch_unwind().await;
    let mut response =
        answer.unwrap_or_else(|_| Refusal::internal().respond(Media::Json, Some(id.as_str())));
    response.headers_mut().insert(REQUEST_ID, id.header());
    line.status = Some(response.status().as_u16());
    line.executed = response.extensions_mut().remove().unwrap_or_default();
    response
}

/// One line of the log, written when it is dropped: clients that go away get theirs too.
struct Line {
    id: RequestId,
    method: Method,
    /// The route, not the path: that may hold anything.
    route: Option<MatchedPath>,
    begun: Instant,
    status: Option<u16>,
    executed: Executed,
}

impl Line {
    fn new(id: &RequestId, request: &Request) -> Self {
        Self {
            id: id.clone(),
            method: request.method().clone(),
            route: request.extensions().get().cloned(),
            begun: Instant::now(),
            status: None,
            executed: Executed::default(),
        }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        let route = self.route.as_ref().map_or("", MatchedPath::as_str);
        let duration = self.begun.elapsed();
        if route.starts_with("/health/") {
            tracing::debug!(route, status = self.status, ?duration, "asked for health");
            return;
        }
        tracing::info!(
            "http.request.id" = self.id.as_str(),
            "http.request.method" = self.method.as_str(),
            "http.route" = route,
            // 499 is what nginx calls it when the client did not wait.
            "http.response.status_code" = self.status.unwrap_or(499),
            "graphql.operation.name" = self.executed.operations,
            "graphql.cost" = self.executed.cost,
            "graphql.errors" = self.executed.errors,
            "db.statements" = self.executed.statements.count,
            "event.duration" = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX),
            "request"
        );
    }
}
