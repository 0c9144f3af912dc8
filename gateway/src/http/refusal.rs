//! Answers without a GraphQL response: what is wrong, for programs and for people.

use std::borrow::Cow;

use axum::{
    Json,
    http::{
        HeaderName, HeaderValue, StatusCode,
        header::{
            ACCEPT_ENCODING, ALLOW, CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE,
        },
    },
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use super::media::Media;
use crate::app;

/// When to come again to a service that is not available.
pub(super) const RETRY_AFTER_SECONDS: &str = "2";

/// Of a batch of more operations, nobody is told once for each: the answer would be far larger than the request.
const MOST_TOLD: usize = 1_000;

/// A request that is not executed. Shaped like a GraphQL response, so that clients have one thing to parse.
#[derive(Debug)]
pub(super) struct Refusal {
    status: StatusCode,
    code: &'static str,
    message: Cow<'static, str>,
    variable: Option<String>,
    header: Option<(HeaderName, HeaderValue)>,
}

impl Refusal {
    pub(super) fn new(
        status: StatusCode,
        code: &'static str,
        message: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            variable: None,
            header: None,
        }
    }

    pub(super) fn code(&self) -> &'static str {
        self.code
    }

    /// What is not a well-formed request.
    pub(super) fn bad_request(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "BAD_REQUEST", message)
    }

    /// A value of a variable that can be none, whatever its type. The message names the place.
    pub(super) fn of_variable(variable: String, message: String) -> Self {
        Self {
            variable: Some(variable),
            ..Self::new(StatusCode::BAD_REQUEST, "BAD_USER_INPUT", message)
        }
    }

    /// A body that is coded in a way that is not read here.
    pub(super) fn unknown_coding() -> Self {
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "UNSUPPORTED_MEDIA_TYPE",
            "bodies are sent as they are, or with `Content-Encoding: gzip`",
        )
        .with(ACCEPT_ENCODING, "gzip")
    }

    /// A credential that does not count. Which of its parts is wrong only helps who forges one.
    pub(super) fn unauthenticated() -> Self {
        let refusal = Self::new(
            StatusCode::UNAUTHORIZED,
            "UNAUTHENTICATED",
            "the credentials are not valid, or not any more",
        );
        refusal.with(WWW_AUTHENTICATE, "Bearer error=\"invalid_token\"")
    }

    pub(super) fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "NOT_FOUND", "there is nothing here")
    }

    pub(super) fn method_not_allowed(message: &'static str) -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "METHOD_NOT_ALLOWED",
            message,
        )
    }

    /// A mutation by GET.
    pub(super) fn only_post() -> Self {
        Self::method_not_allowed("GET is for queries; send mutations with POST").with(ALLOW, "POST")
    }

    /// What nobody foresaw.
    pub(super) fn internal() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "INTERNAL_SERVER_ERROR",
            "something went wrong on our side",
        )
    }

    /// The database does not answer. Why is for the log alone.
    pub(super) fn unavailable(error: &coach_domain::Error) -> Self {
        tracing::warn!(
            error = app::plainly(error),
            "a request could not be carried out"
        );
        Self::not_now()
    }

    /// What is ours to mend, and will do later.
    pub(super) fn not_now() -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "SERVICE_UNAVAILABLE",
            "this is not possible at the moment; send the same again later",
        )
        .with(RETRY_AFTER, RETRY_AFTER_SECONDS)
    }

    /// A credential that may count: the issuer's keys cannot be had. Whoever shows it stays signed in.
    pub(super) fn unverifiable() -> Self {
        let refusal = Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "SERVICE_UNAVAILABLE",
            "credentials cannot be verified at the moment; send the same again later",
        );
        refusal.with(RETRY_AFTER, "5")
    }

    fn with(mut self, name: HeaderName, value: &'static str) -> Self {
        self.header = Some((name, HeaderValue::from_static(value)));
        self
    }

    /// In the media type that the client wants, with the request's id where ours is the fault.
    pub(super) fn respond(self, media: Media, request_id: Option<&str>) -> Response {
        self.respond_to(None, media, request_id)
    }

    /// The same to a batch of so many operations, whose senders wait for an answer each.
    pub(super) fn respond_to(
        self,
        batch: Option<usize>,
        media: Media,
        request_id: Option<&str>,
    ) -> Response {
        let mut extensions = json!({"code": self.code});
        if let Some(id) = request_id.filter(|_| self.status.is_server_error()) {
            extensions["requestId"] = json!(id);
        }
        if let Some(variable) = self.variable {
            extensions["variable"] = json!(variable);
        }
        let mut body = json!({"errors": [{"message": self.message, "extensions": extensions}]});
        if let Some(size) = batch.filter(|size| (1..=MOST_TOLD).contains(size)) {
            body = Value::Array(vec![body; size]);
        }
        let mut response = (self.status, Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, media.header());
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.extend(self.header);
        response
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        self.respond(Media::Json, None)
    }
}
