//! From what execution came to, to a response of HTTP.

use async_graphql::{ErrorExtensionValues, ServerError, Value};
use axum::{
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, VARY, WWW_AUTHENTICATE},
    },
    response::{IntoResponse, Response},
};
use coach_execution::Response as Outcome;
use serde::Serialize;

use super::{
    media::Media,
    meter,
    observe::{Executed, Statements},
    refusal::RETRY_AFTER_SECONDS,
    request_id::RequestId,
};

/// What depends on these must not be served to somebody else from a cache.
const DEPENDS_ON: &str = "accept, authorization, x-api-key, graphql-cost";

/// Says `report` where the cost is to be told. The name and the word are Hot Chocolate's.
const COST: &str = "graphql-cost";

/// Whether answers tell what they cost, and the most that they may.
#[derive(Clone, Copy)]
pub(super) struct Costs(Option<usize>);

impl Costs {
    pub(super) fn asked(headers: &HeaderMap, limit: usize) -> Self {
        let asked = headers.get(COST).is_some_and(|value| value == "report");
        Self(asked.then_some(limit))
    }
}

/// An executed operation, with its name.
pub(super) struct Answer {
    pub(super) name: Option<String>,
    pub(super) outcome: Outcome,
    pub(super) statements: Statements,
}

#[derive(Serialize)]
struct Body<'a> {
    // First, where people see them.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [ServerError],
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<&'a Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    extensions: Option<Extensions>,
}

#[derive(Serialize)]
struct Extensions {
    cost: Cost,
}

#[derive(Serialize)]
struct Cost {
    counted: usize,
    limit: usize,
}

impl Answer {
    /// A document or variables that are refused.
    pub(super) fn refusing(errors: Vec<ServerError>) -> Self {
        let answer = Self {
            name: None,
            outcome: Outcome::refused(errors),
            statements: Statements::default(),
        };
        answer.count_errors();
        answer
    }

    fn body(&self, costs: Costs) -> Body<'_> {
        // What was refused before it was planned has none.
        let counted = self.outcome.data.is_some() || self.outcome.cost > 0;
        let limit = costs.0.filter(|_| counted);
        Body {
            errors: &self.outcome.errors,
            data: self.outcome.data.as_ref(),
            extensions: limit.map(|limit| Extensions {
                cost: Cost {
                    counted: self.outcome.cost,
                    limit,
                },
            }),
        }
    }

    /// Counts the errors by their codes.
    pub(super) fn count_errors(&self) {
        let codes = self.outcome.errors.iter().filter_map(code);
        codes.for_each(meter::error);
    }

    /// The answer to a request with one operation.
    pub(super) fn respond(mut self, media: Media, id: &RequestId, costs: Costs) -> Response {
        self.name_request(id);
        let status = status(&self.outcome, media);
        let executed = summary(std::slice::from_ref(&self));
        let mut response = respond(status, media, &self.body(costs), executed);
        let headers = response.headers_mut();
        if self.is_unavailable() {
            headers.insert(RETRY_AFTER, HeaderValue::from_static(RETRY_AFTER_SECONDS));
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = self.outcome.errors.iter().find_map(retry_after) {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        let kept = self.outcome.cache.as_ref().filter(|_| status.is_success());
        let kept = kept.and_then(|hint| {
            let scope = if hint.private { "private" } else { "public" };
            HeaderValue::try_from(format!("{scope}, max-age={}", hint.max_age)).ok()
        });
        if let Some(kept) = kept {
            headers.insert(CACHE_CONTROL, kept);
        }
        response
    }

    /// Whether some of it may be had later, whatever the status says of the rest.
    fn is_unavailable(&self) -> bool {
        let mut codes = self.outcome.errors.iter().filter_map(code);
        codes.any(|code| code == "SERVICE_UNAVAILABLE")
    }

    /// The answer to several operations. Each has its own errors; together they are a success.
    pub(super) fn respond_to_batch(
        mut batch: Vec<Self>,
        media: Media,
        id: &RequestId,
        costs: Costs,
    ) -> Response {
        for answer in &mut batch {
            answer.name_request(id);
        }
        let bodies: Vec<_> = batch.iter().map(|answer| answer.body(costs)).collect();
        respond(StatusCode::OK, media, &bodies, summary(&batch))
    }

    /// Puts the request's id into errors that are our fault, for people to tell us.
    fn name_request(&mut self, id: &RequestId) {
        for error in &mut self.outcome.errors {
            if code(error) == Some("INTERNAL_SERVER_ERROR") {
                let extensions = error
                    .extensions
                    .get_or_insert_with(ErrorExtensionValues::default);
                extensions.set("requestId", id.as_str());
            }
        }
    }
}

fn respond<T: Serialize>(
    status: StatusCode,
    media: Media,
    body: &T,
    executed: Executed,
) -> Response {
    let Ok(bytes) = serde_json::to_vec(body) else {
        return super::refusal::Refusal::internal().respond(media, None);
    };
    let headers = [
        (CONTENT_TYPE, media.header()),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (VARY, HeaderValue::from_static(DEPENDS_ON)),
    ];
    let mut response = (status, headers, bytes).into_response();
    response
        .extensions_mut()
        .insert(executed.statements.clone());
    response.extensions_mut().insert(executed);
    response
}

fn summary(answers: &[Answer]) -> Executed {
    let names = answers.iter().filter_map(|answer| answer.name.as_deref());
    Executed {
        operations: names.collect::<Vec<_>>().join(","),
        cost: answers.iter().map(|answer| answer.outcome.cost).sum(),
        errors: answers
            .iter()
            .map(|answer| answer.outcome.errors.len())
            .sum(),
        statements: Statements {
            count: answers.iter().map(|answer| answer.statements.count).sum(),
            texts: answers
                .iter()
                .flat_map(|answer| answer.statements.texts.clone())
                .collect(),
        },
    }
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

/// By the edition of September 2026, but for two things that it recommends. What is wrong with a document or variables is
/// 400, as in the drafts that clients and audits were written for, and not 422. And `application/json` has 200, whatever
/// came of it: whoever takes that alone looks for errors of GraphQL in nothing else.
fn status(outcome: &Outcome, media: Media) -> StatusCode {
    if media == Media::Json {
        return StatusCode::OK;
    }
    if outcome.data.is_some() {
        return if outcome.errors.is_empty() {
            StatusCode::OK
        } else {
            partial_success()
        };
    }
    match outcome.errors.iter().find_map(code) {
        Some("UNAUTHENTICATED") => StatusCode::UNAUTHORIZED,
        Some("FORBIDDEN") => StatusCode::FORBIDDEN,
        Some("RATE_LIMITED") => StatusCode::TOO_MANY_REQUESTS,
        Some("TIMEOUT" | "SERVICE_UNAVAILABLE") => StatusCode::SERVICE_UNAVAILABLE,
        Some("INTERNAL_SERVER_ERROR") => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::BAD_REQUEST,
    }
}

/// The specification's own: executed, with errors beside the data.
fn partial_success() -> StatusCode {
    StatusCode::from_u16(294).unwrap_or(StatusCode::OK)
}

#[cfg(test)]
mod tests {
    use coach_execution::Fault;

    use super::*;

    fn outcome(data: Option<&str>, code: Option<&'static str>) -> Outcome {
        Outcome {
            data: data.map(|text| serde_json::from_str(text).unwrap()),
            errors: code
                .map(|code| Fault::new(code, "no").into_error(None))
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
            let outcome = outcome(data, code);
            let label = format!("{data:?} {code:?}");
            assert_eq!(
                status(&outcome, Media::Response).as_u16(),
                response,
                "{label}"
            );
            assert_eq!(status(&outcome, Media::Json).as_u16(), 200, "{label}");
        }
    }
}
