//! From what execution came to, to a response of HTTP.

use async_graphql::{ErrorExtensionValues, ServerError, Value};
use axum::{
    http::{
        HeaderValue, StatusCode,
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
const DEPENDS_ON: &str = "accept, authorization, x-api-key";

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
}

impl Answer {
    fn body(&self) -> Body<'_> {
        Body {
            errors: &self.outcome.errors,
            data: self.outcome.data.as_ref(),
        }
    }

    /// Counts the errors by their codes.
    pub(super) fn count_errors(&self) {
        let codes = self.outcome.errors.iter().filter_map(code);
        codes.for_each(meter::error);
    }

    /// The answer to a request with one operation.
    pub(super) fn respond(mut self, media: Media, id: &RequestId) -> Response {
        self.name_request(id);
        let status = status(&self.outcome, media);
        let executed = summary(std::slice::from_ref(&self));
        let mut response = respond(status, media, &self.body(), executed);
        let headers = response.headers_mut();
        if self.is_unavailable() {
            headers.insert(RETRY_AFTER, HeaderValue::from_static(RETRY_AFTER_SECONDS));
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if status == StatusCode::TOO_MANY_REQUESTS
            && let Some(seconds) = self.outcome.errors.iter().find_map(retry_after)
        {
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
    pub(super) fn respond_to_batch(mut batch: Vec<Self>, media: Media, id: &RequestId) -> Response {
        for answer in &mut batch {
            answer.name_request(id);
        }
        let bodies: Vec<_> = batch.iter().map(Self::body).collect();
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

/// By the GraphQL-over-HTTP specification, and 429 where nothing was answered because it was too much, 401 where signing in is all that is missing.
fn status(outcome: &Outcome, media: Media) -> StatusCode {
    let first = outcome.errors.iter().find_map(code);
    let has = |wanted| (outcome.errors.iter()).any(|error| code(error) == Some(wanted));
    if outcome.data.as_ref().is_none_or(is_nothing) {
        if has("UNAUTHENTICATED") {
            return StatusCode::UNAUTHORIZED;
        }
        if has("RATE_LIMITED") {
            return StatusCode::TOO_MANY_REQUESTS;
        }
    }
    if outcome.data.is_some() || media == Media::Json {
        return StatusCode::OK;
    }
    match first {
        Some("TIMEOUT" | "SERVICE_UNAVAILABLE") => StatusCode::SERVICE_UNAVAILABLE,
        Some("INTERNAL_SERVER_ERROR") => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::BAD_REQUEST,
    }
}

/// Whether nothing was answered at all. With data, even some of it, the specification demands 200.
fn is_nothing(data: &Value) -> bool {
    match data {
        Value::Null => true,
        Value::Object(fields) => fields.values().all(|value| *value == Value::Null),
        _ => false,
    }
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
        for (data, code, response, json) in [
            (Some("{\"a\": 1}"), None, 200, 200),
            (
                Some("{\"a\": null, \"b\": 1}"),
                Some("INTERNAL_SERVER_ERROR"),
                200,
                200,
            ),
            (Some("null"), Some("INTERNAL_SERVER_ERROR"), 200, 200),
            (None, Some("GRAPHQL_VALIDATION_FAILED"), 400, 200),
            (None, Some("TIMEOUT"), 503, 200),
            (None, Some("INTERNAL_SERVER_ERROR"), 500, 200),
            (None, Some("UNAUTHENTICATED"), 401, 401),
            (Some("null"), Some("UNAUTHENTICATED"), 401, 401),
            (Some("{\"me\": null}"), Some("UNAUTHENTICATED"), 401, 401),
            (Some("null"), Some("RATE_LIMITED"), 429, 429),
            (Some("{\"a\": 1}"), Some("RATE_LIMITED"), 200, 200),
            (
                Some("{\"me\": null, \"recipe\": {}}"),
                Some("UNAUTHENTICATED"),
                200,
                200,
            ),
        ] {
            let outcome = outcome(data, code);
            let label = format!("{data:?} {code:?}");
            assert_eq!(
                status(&outcome, Media::Response).as_u16(),
                response,
                "{label}"
            );
            assert_eq!(status(&outcome, Media::Json).as_u16(), json, "{label}");
        }
    }
}
