//! The error of a field, as a resolver or a check reports it.

use std::{borrow::Cow, sync::Arc};

use async_graphql::{ErrorExtensionValues, PathSegment, Pos, ServerError, Value};

/// What went wrong in a field: a stable code for programs and a sentence for
/// people. Cheap to clone, since one fault can answer a whole batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Stands in `extensions.code`.
    pub code: &'static str,
    /// Stands in `message`; must be fit for strangers' eyes.
    pub message: Arc<str>,
    /// Stands in `extensions.retryAfter`: seconds until trying again makes sense, where that is known.
    pub retry_after: Option<u32>,
    /// Stands in `extensions.argumentPath`: the argument that it is about, with the input fields and places in lists
    /// within it; empty where it is about none.
    pub argument_path: Arc<[PathSegment]>,
}

impl Fault {
    /// A fault with its code and message.
    pub fn new<'a>(code: &'static str, message: impl Into<Cow<'a, str>>) -> Self {
        Self {
            code,
            message: Arc::from(message.into().as_ref()),
            retry_after: None,
            argument_path: Arc::default(),
        }
    }

    /// The same, with the seconds until trying again makes sense.
    #[must_use]
    pub fn with_retry_after(self, seconds: u32) -> Self {
        Self {
            retry_after: Some(seconds),
            ..self
        }
    }

    /// The same, about an argument.
    #[must_use]
    pub fn with_argument_path(self, path: impl IntoIterator<Item = PathSegment>) -> Self {
        Self {
            argument_path: path.into_iter().collect(),
            ..self
        }
    }

    /// A fault of the server itself, which names the field and no secret.
    pub fn internal<'a>(message: impl Into<Cow<'a, str>>) -> Self {
        Self::new("INTERNAL_SERVER_ERROR", message)
    }

    /// The fault as an error of the response, outside any field.
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
                PathSegment::Index(place) => Value::from(*place),
            });
            extensions.set("argumentPath", Value::List(path.collect()));
        }
        error.extensions = Some(extensions);
        error
    }
}

/// A fault on its way from the field to the root. Each level adds its segment
/// of the path, so it is kept in reverse until [`FieldError::into_error`].
#[derive(Debug)]
pub struct FieldError {
    fault: Fault,
    position: Pos,
    reversed_path: Vec<PathSegment>,
}

impl FieldError {
    pub(crate) fn new(fault: Fault, position: Pos) -> Self {
        Self {
            fault,
            position,
            reversed_path: Vec::new(),
        }
    }

    pub(crate) fn push(&mut self, segment: PathSegment) {
        self.reversed_path.push(segment);
    }

    pub(crate) fn into_error(self) -> ServerError {
        let mut error = self.fault.into_error(Some(self.position));
        error.path = self.reversed_path;
        error.path.reverse();
        error
    }
}
