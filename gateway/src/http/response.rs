//! Builds HTTP responses from the results of execution.

use std::{
    borrow::Cow,
    io::{Cursor, Write as _},
};

use async_graphql::{ErrorExtensionValues, ServerError, Value};
use axum::{
    body::Body,
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{
            CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, RETRY_AFTER, VARY,
            WWW_AUTHENTICATE,
        },
    },
    response::{Html, IntoResponse, Response},
};
use coach_execution::Response as ExecutionResult;
use serde_json::json;

use super::{
    error::RETRY_AFTER_SECONDS,
    media_type::MediaType,
    meter::{self, Rejected},
    observe::{RequestLog, RequestSummary, Statements},
    request_id::RequestId,
};

/// The value of `Vary`: the request headers that a response depends on.
const VARY_HEADERS: HeaderValue =
    HeaderValue::from_static("accept, authorization, x-api-key, graphql-cost");

const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

/// More headers than responses have.
const EXPECTED_HEADERS: usize = 12;

/// The request header that asks for the cost with the value `report`. Header and value are those of Hot Chocolate.
const COST_HEADER: &str = "graphql-cost";

/// The cost limit to report along with the cost of an operation; `None` unless the client asks for a cost report.
#[derive(Clone, Copy)]
pub(super) struct CostReporting(Option<usize>);

impl CostReporting {
    pub(super) fn requested(headers: &HeaderMap, limit: usize) -> Self {
        let is_requested = headers
            .get(COST_HEADER)
            .is_some_and(|value| value == "report");
        Self(is_requested.then_some(limit))
    }
}

/// The result of one operation, with its name and the SQL statements that it took.
pub(super) struct OperationResponse {
    pub(super) name: Option<Cow<'static, str>>,
    pub(super) result: ExecutionResult,
    pub(super) statements: Statements,
}

impl OperationResponse {
    /// The response to an operation that was rejected before execution.
    pub(super) fn rejected(errors: Vec<ServerError>) -> Self {
        let response = Self {
            name: None,
            result: ExecutionResult::request_error(errors),
            statements: Statements::default(),
        };
        response.count_errors();
        response
    }

    /// Writes the response as JSON (specification 7.1).
    fn write(&self, cost_reporting: CostReporting, body: &mut Vec<u8>) -> serde_json::Result<()> {
        let ExecutionResult {
            data, errors, cost, ..
        } = &self.result;
        let mut separator = b'{';
        let mut entry = |body: &mut Vec<u8>, key: &str| {
            body.push(separator);
            body.extend_from_slice(key.as_bytes());
            separator = b',';
        };
        // First, so that people who read the JSON see them.
        if !errors.is_empty() {
            entry(body, "\"errors\":");
            serde_json::to_writer(&mut *body, errors)?;
        }
        if let Some(data) = data {
            entry(body, "\"data\":");
            body.extend_from_slice(data.json());
        }
        // An operation that was rejected before it was planned has no cost.
        let has_cost = data.is_some() || *cost > 0;
        if let Some(limit) = cost_reporting.0.filter(|_| has_cost) {
            entry(body, "\"extensions\":");
            let extensions = json!({"cost": {"counted": cost, "limit": limit}});
            serde_json::to_writer(&mut *body, &extensions)?;
        }
        body.push(b'}');
        Ok(())
    }

    /// Counts each code among the errors in the metrics, once however many fields have it.
    pub(super) fn count_errors(&self) {
        let name = self.name.as_ref();
        for (index, code) in self.codes().enumerate() {
            if !self.codes().take(index).any(|counted| counted == code) {
                meter::count_error(code, name);
            }
        }
        if self.has_error("RATE_LIMITED") {
            meter::count_rejected(Rejected::RateLimited);
        }
    }

    /// The code of the first error that is the server's fault, not the client's.
    pub(super) fn server_error(&self) -> Option<&str> {
        self.codes().find(|code| is_server_error(code))
    }

    fn has_error(&self, wanted: &str) -> bool {
        self.codes().any(|code| code == wanted)
    }

    /// The codes of the errors that have one.
    fn codes(&self) -> impl Iterator<Item = &str> {
        self.result.errors.iter().filter_map(code)
    }

    /// The HTTP response to a request with a single operation.
    pub(super) fn respond(
        mut self,
        media_type: MediaType,
        log: &mut RequestLog,
        cost_reporting: CostReporting,
    ) -> Response {
        self.add_request_id(&log.id);
        let status = status(&self.result, media_type);
        let data = self.result.data.as_ref();
        // Exact for a result with data alone.
        let length = data.map_or(0, |data| r#"{"data":}"#.len() + data.json().len());
        let mut body = Vec::with_capacity(length);
        let written = self.write(cost_reporting, &mut body);
        let mut response = respond(status, media_type, written.map(|()| body));
        self.report(&mut response, &mut log.summary);
        let headers = response.headers_mut();
        // A retry may succeed for a part of the result, whatever the status is.
        if self.has_error("SERVICE_UNAVAILABLE") {
            headers.insert(RETRY_AFTER, HeaderValue::from_static(RETRY_AFTER_SECONDS));
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = self.result.errors.iter().find_map(retry_after) {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        let cache_control = self.result.cache.as_ref().filter(|_| status.is_success());
        let cache_control = cache_control.and_then(|hint| {
            let scope = if hint.private { "private" } else { "public" };
            let mut text = Cursor::new([0; 48]);
            write!(text, "{scope}, max-age={}", hint.max_age).ok()?;
            let length = usize::try_from(text.position()).ok()?;
            HeaderValue::from_bytes(&text.get_ref()[..length]).ok()
        });
        if let Some(value) = cache_control {
            headers.insert(CACHE_CONTROL, value);
        }
        response
    }

    /// The HTTP response to a batch. Each operation has its own errors; the status is always 200.
    pub(super) fn respond_to_batch(
        mut batch: Vec<Self>,
        media_type: MediaType,
        log: &mut RequestLog,
        cost_reporting: CostReporting,
    ) -> Response {
        for response in &mut batch {
            response.add_request_id(&log.id);
        }
        let mut body = b"[".to_vec();
        let written = batch.iter().enumerate().try_for_each(|(index, response)| {
            if index > 0 {
                body.push(b',');
            }
            response.write(cost_reporting, &mut body)
        });
        body.push(b']');
        let mut response = respond(StatusCode::OK, media_type, written.map(|()| body));
        for operation in &mut batch {
            operation.report(&mut response, &mut log.summary);
        }
        response
    }

    /// Adds the operation to the summary for the log, and its statements to the extension of the response.
    fn report(&mut self, response: &mut Response, summary: &mut RequestSummary) {
        if let Some(name) = self.name.take() {
            if summary.operations.is_empty() {
                summary.operations = name;
            } else {
                summary.operations.to_mut().extend([",", &name]);
            }
        }
        summary.cost += self.result.cost;
        summary.errors += self.result.errors.len();
        for code in self.codes() {
            summary.add_error_code(code);
        }
        summary.statements += self.statements.count;
        if !self.statements.texts.is_empty() {
            let recorded: &mut Statements = response.extensions_mut().get_or_insert_default();
            recorded.count += self.statements.count;
            recorded.texts.append(&mut self.statements.texts);
        }
    }

    /// Adds the request id to internal errors, so that users can report it.
    fn add_request_id(&mut self, id: &RequestId) {
        for error in &mut self.result.errors {
            if code(error) == Some("INTERNAL_SERVER_ERROR") {
                let extensions = error
                    .extensions
                    .get_or_insert_with(ErrorExtensionValues::default);
                extensions.set("requestId", id.as_str());
            }
        }
    }
}

/// Whether an error with this code is the server's fault, not the client's.
pub(super) fn is_server_error(code: &str) -> bool {
    ["INTERNAL_SERVER_ERROR", "SERVICE_UNAVAILABLE", "TIMEOUT"].contains(&code)
}

fn respond(
    status: StatusCode,
    media_type: MediaType,
    body: serde_json::Result<Vec<u8>>,
) -> Response {
    let Ok(bytes) = body else {
        return super::error::HttpError::internal().respond(media_type, None);
    };
    let mut response = Response::new(Body::from(bytes));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.reserve(EXPECTED_HEADERS);
    headers.insert(CONTENT_TYPE, media_type.header_value());
    headers.insert(CACHE_CONTROL, NO_STORE);
    headers.insert(VARY, VARY_HEADERS);
    response
}

/// A page of our own, which is not cached. `policy` is its content security policy.
pub(super) fn respond_with_page(html: String, policy: &str) -> Response {
    let headers = [
        (CACHE_CONTROL, "no-store"),
        (CONTENT_SECURITY_POLICY, policy),
    ];
    (headers, Html(html)).into_response()
}

/// JSON for a script element of a page, in which only the end tag has a meaning in HTML.
pub(super) fn escape_json(json: &serde_json::Value) -> String {
    json.to_string().replace('<', "\\u003c")
}

fn code(error: &ServerError) -> Option<&str> {
    match error.extensions.as_ref()?.get("code")? {
        Value::String(code) => Some(code),
        _ => None,
    }
}

fn retry_after(error: &ServerError) -> Option<u64> {
    match error.extensions.as_ref()?.get("retryAfter")? {
        Value::Number(seconds) => seconds.as_u64(),
        _ => None,
    }
}

/// The status by the GraphQL-over-HTTP specification of September 2026, with two deviations from its recommendations.
/// An invalid document or invalid variables are 400 instead of 422, as in the drafts that clients and audits were
/// written for. And `application/json` always has 200: clients that accept only that type look for GraphQL errors in no
/// other response.
fn status(result: &ExecutionResult, media_type: MediaType) -> StatusCode {
    if media_type == MediaType::Json {
        return StatusCode::OK;
    }
    if result.data.is_some() {
        return if result.errors.is_empty() {
            StatusCode::OK
        } else {
            partial_success()
        };
    }
    match result.errors.iter().find_map(code) {
        Some("UNAUTHENTICATED") => StatusCode::UNAUTHORIZED,
        Some("FORBIDDEN") => StatusCode::FORBIDDEN,
        Some("RATE_LIMITED") => StatusCode::TOO_MANY_REQUESTS,
        Some("TIMEOUT" | "SERVICE_UNAVAILABLE") => StatusCode::SERVICE_UNAVAILABLE,
        Some("INTERNAL_SERVER_ERROR") => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::BAD_REQUEST,
    }
}

/// 294, which the specification defines for a result that has both data and errors.
fn partial_success() -> StatusCode {
    StatusCode::from_u16(294).unwrap_or(StatusCode::OK)
}

#[cfg(test)]
mod tests {
    use coach_execution::{Data, ResolverError};

    use super::*;

    fn result(data: Option<&str>, code: Option<&'static str>) -> ExecutionResult {
        ExecutionResult {
            data: data.map(Data::from_json),
            errors: code
                .map(|code| ResolverError::new(code, "no").into_error(None))
                .into_iter()
                .collect(),
            cost: 0,
            cache: None,
        }
    }

    #[test]
    fn the_status_follows_the_specification() {
        for (data, code, response) in [
            (Some("{\"a\": 1}"), None, 200),
            (Some("null"), None, 200),
            (Some("{\"a\": 1}"), Some("INTERNAL_SERVER_ERROR"), 294),
            (Some("{\"a\": null}"), Some("UNAUTHENTICATED"), 294),
            (Some("{\"a\": null}"), Some("RATE_LIMITED"), 294),
            (Some("null"), Some("INTERNAL_SERVER_ERROR"), 294),
            (Some("null"), Some("UNAUTHENTICATED"), 294),
            (None, Some("GRAPHQL_PARSE_FAILED"), 400),
            (None, Some("PERSISTED_QUERY_NOT_SUPPORTED"), 400),
            (None, Some("GRAPHQL_VALIDATION_FAILED"), 400),
            (None, Some("BAD_USER_INPUT"), 400),
            (None, Some("COST_LIMIT_EXCEEDED"), 400),
            (None, Some("UNAUTHENTICATED"), 401),
            (None, Some("FORBIDDEN"), 403),
            (None, Some("RATE_LIMITED"), 429),
            (None, Some("TIMEOUT"), 503),
            (None, Some("SERVICE_UNAVAILABLE"), 503),
            (None, Some("INTERNAL_SERVER_ERROR"), 500),
        ] {
            let result = result(data, code);
            let label = format!("{data:?} {code:?}");
            assert_eq!(
                status(&result, MediaType::Response).as_u16(),
                response,
                "{label}"
            );
            assert_eq!(status(&result, MediaType::Json).as_u16(), 200, "{label}");
        }
    }
}
