//! The error of a field, as a resolver or a check reports it.

use std::{borrow::Cow, sync::Arc};

use async_graphql::{ErrorExtensionValues, PathSegment, Pos, ServerError, Value};

/// The error of a field: a stable code for programs and a message for people.
/// Cheap to clone, because one error can apply to all keys of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResolverError {
    /// `extensions.code`.
    pub code: &'static str,
    /// `message`; clients see it, so it must not contain internal details.
    pub message: Arc<str>,
    /// `extensions.retryAfter`: the seconds after which a retry can succeed, when that is known.
    pub retry_after: Option<u32>,
    /// `extensions.argumentPath`: the argument that caused the error, followed by input fields and list indices; empty
    /// when no argument did.
    pub argument_path: Arc<[PathSegment]>,
}

impl ResolverError {
    /// An error with this code and message.
    pub fn new<'a>(code: &'static str, message: impl Into<Cow<'a, str>>) -> Self {
        Self {
            code,
            message: Arc::from(message.into().as_ref()),
            retry_after: None,
            argument_path: Arc::default(),
        }
    }

    /// Adds the number of seconds after which a retry can succeed.
    #[must_use]
    pub fn with_retry_after(self, seconds: u32) -> Self {
        Self {
            retry_after: Some(seconds),
            ..self
        }
    }

    /// Adds the path of the argument that caused the error.
    #[must_use]
    pub fn with_argument_path(self, path: impl IntoIterator<Item = PathSegment>) -> Self {
        Self {
            argument_path: path.into_iter().collect(),
            ..self
        }
    }

    /// An `INTERNAL_SERVER_ERROR`. The message may name the field, but must not reveal internal details.
    pub fn internal<'a>(message: impl Into<Cow<'a, str>>) -> Self {
        Self::new("INTERNAL_SERVER_ERROR", message)
    }

    /// Converts to an error of the response that belongs to no field and so has no path.
    pub fn into_error(self, position: Option<Pos>) -> ServerError {
        let mut error = ServerError::new(&*self.message, position);
        let mut extensions = ErrorExtensionValues::default();
        extensions.set("code", self.code);
        if let Some(seconds) = self.retry_after {
            extensions.set("retryAfter", seconds);
        }
        if !self.argument_path.is_empty() {
            let path = self.argument_path.iter().map(|segment| match segment {
                PathSegment::Field(name) => Value::from(name.as_str()),
                PathSegment::Index(index) => Value::from(*index),
            });
            extensions.set("argumentPath", Value::List(path.collect()));
        }
        error.extensions = Some(extensions);
        error
    }
}

/// The error of a field, with its place in the document and in the response.
#[derive(Debug)]
pub(crate) struct FieldError {
    error: ResolverError,
    position: Pos,
    path: Vec<PathSegment>,
}

impl FieldError {
    pub(crate) fn new(error: ResolverError, position: Pos, path: Vec<PathSegment>) -> Self {
        Self {
            error,
            position,
            path,
        }
    }

    pub(crate) fn into_error(self) -> ServerError {
        let mut error = self.error.into_error(Some(self.position));
        error.path = self.path;
        error
    }
}
