//! Error responses to requests that are not executed, with a code for programs and a message for people.

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

use super::media_type::MediaType;

/// The value of `Retry-After`, in seconds, while the service is unavailable.
pub(super) const RETRY_AFTER_SECONDS: &str = "2";

/// The largest batch for which the error is repeated once per operation. Beyond it the response would be far larger
/// than the request, and has the error once.
const MAX_BATCH_ERRORS: usize = 1_000;

/// Why a request is not executed. Serialized like a GraphQL response, so that clients parse a single format.
#[derive(Debug)]
pub(super) struct HttpError {
    status: StatusCode,
    code: &'static str,
    message: Cow<'static, str>,
    variable: Option<Box<str>>,
    header: Option<Box<(HeaderName, HeaderValue)>>,
}

impl HttpError {
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

    /// The request is malformed.
    pub(super) fn bad_request(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "BAD_REQUEST", message)
    }

    /// A variable has a value that is invalid for any type. The message contains the path.
    pub(super) fn invalid_variable(variable: String, message: String) -> Self {
        Self {
            variable: Some(variable.into()),
            ..Self::new(StatusCode::BAD_REQUEST, "BAD_USER_INPUT", message)
        }
    }

    /// The body has an unsupported content coding.
    pub(super) fn unsupported_content_coding() -> Self {
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "UNSUPPORTED_MEDIA_TYPE",
            "bodies are sent as they are, or with `Content-Encoding: gzip`",
        )
        .with_header(ACCEPT_ENCODING, "gzip")
    }

    /// The credential is not valid. The response does not say why, which would only help to forge one.
    pub(super) fn unauthenticated() -> Self {
        let error = Self::new(
            StatusCode::UNAUTHORIZED,
            "UNAUTHENTICATED",
            "the credentials are not valid, or not any more",
        );
        error.with_header(WWW_AUTHENTICATE, "Bearer error=\"invalid_token\"")
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

    /// A mutation was sent by GET.
    pub(super) fn post_required() -> Self {
        Self::method_not_allowed("GET is for queries; send mutations with POST")
            .with_header(ALLOW, "POST")
    }

    /// An unexpected error, such as a panic.
    pub(super) fn internal() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "INTERNAL_SERVER_ERROR",
            "something went wrong on our side",
        )
    }

    /// The database is unavailable. The cause is logged, and not part of the response.
    pub(super) fn database_unavailable(error: &coach_domain::Error) -> Self {
        tracing::warn!(
            error = error.message_with_cause(),
            "a request could not be carried out"
        );
        Self::service_unavailable()
    }

    /// The server cannot process the request at the moment; a retry may succeed.
    pub(super) fn service_unavailable() -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "SERVICE_UNAVAILABLE",
            "this is not possible at the moment; send the same again later",
        )
        .with_header(RETRY_AFTER, RETRY_AFTER_SECONDS)
    }

    /// The credential cannot be verified, because the issuer's keys are not available. Not a 401, so that clients stay
    /// signed in.
    pub(super) fn unverifiable() -> Self {
        let error = Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "SERVICE_UNAVAILABLE",
            "credentials cannot be verified at the moment; send the same again later",
        );
        error.with_header(RETRY_AFTER, "5")
    }

    fn with_header(mut self, name: HeaderName, value: &'static str) -> Self {
        self.header = Some(Box::new((name, HeaderValue::from_static(value))));
        self
    }

    /// The response in the negotiated media type. Server errors contain the request id.
    pub(super) fn respond(self, media_type: MediaType, request_id: Option<&str>) -> Response {
        self.respond_to(None, media_type, request_id)
    }

    /// Like [`respond`](Self::respond), to a batch of this size: the error is repeated once per operation.
    pub(super) fn respond_to(
        self,
        batch: Option<usize>,
        media_type: MediaType,
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
        if let Some(size) = batch.filter(|size| (1..=MAX_BATCH_ERRORS).contains(size)) {
            body = Value::Array(vec![body; size]);
        }
        let mut response = (self.status, Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, media_type.header_value());
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.extend(self.header.map(|header| *header));
        response
    }
}

impl IntoResponse for HttpError {
    fn into_response(self) -> Response {
        self.respond(MediaType::Json, None)
    }
}
