//! The result of completing a value, either available or pending.

use async_graphql::PathSegment;
use futures_util::{
    FutureExt as _,
    future::{BoxFuture, join_all},
};

use crate::{PlannedField, ResolverError, Value, resolver_error::FieldError};

/// A completed value with the errors of the fields below it.
#[derive(Debug)]
pub struct FieldResult {
    /// `None` is a null in a non-null position: it propagates to the parent
    /// (specification, 6.4.4 "Handling Field Errors").
    pub value: Option<Value>,
    /// The errors of the fields below, in the order of the document.
    pub errors: Vec<FieldError>,
}

impl FieldResult {
    /// A value without errors.
    pub fn value(value: Value) -> Self {
        Self {
            value: Some(value),
            errors: Vec::new(),
        }
    }

    /// The error of a field: null if the field is nullable, otherwise a null that
    /// propagates.
    pub fn error(error: ResolverError, field: &PlannedField) -> Self {
        Self {
            value: field.definition.nullable.then_some(Value::Null),
            errors: vec![FieldError::new(error, field.position)],
        }
    }

    /// The error of one value inside the field, for example of a list item: the
    /// nearest enclosing `Option` becomes null.
    pub fn item_error(error: ResolverError, field: &PlannedField) -> Self {
        Self {
            value: None,
            errors: vec![FieldError::new(error, field.position)],
        }
    }

    /// Adds the parent's segment to the path of each error.
    pub(crate) fn prepend_path(mut self, segment: &PathSegment) -> Self {
        for error in &mut self.errors {
            error.push(segment.clone());
        }
        self
    }

    /// Replaces a propagating null by null, because this position is nullable.
    pub(crate) fn or_null(mut self) -> Self {
        self.value = Some(self.value.unwrap_or(Value::Null));
        self
    }
}

/// A [`FieldResult`], either available or pending. Most fields are available
/// at once and need no future.
pub enum Completed<'r> {
    /// The result is available.
    Ready(FieldResult),
    /// The result depends on a batch or a resolver.
    Pending(BoxFuture<'r, FieldResult>),
}

impl<'r> Completed<'r> {
    /// A value that is available.
    pub fn value(value: Value) -> Self {
        Self::Ready(FieldResult::value(value))
    }

    /// The error of the field.
    pub fn error(error: ResolverError, field: &PlannedField) -> Self {
        Self::Ready(FieldResult::error(error, field))
    }

    pub(crate) fn map(self, change: impl FnOnce(FieldResult) -> FieldResult + Send + 'r) -> Self {
        match self {
            Self::Ready(result) => Self::Ready(change(result)),
            Self::Pending(future) => Self::Pending(future.map(change).boxed()),
        }
    }

    /// Awaits the result if it is pending.
    pub async fn resolve(self) -> FieldResult {
        match self {
            Self::Ready(result) => result,
            Self::Pending(future) => future.await,
        }
    }
}

/// Completes all of `parts`, even if some of them fail, and combines their
/// results in order.
pub(crate) fn join<'r>(
    parts: Vec<Completed<'r>>,
    combine: impl FnOnce(Vec<FieldResult>) -> FieldResult + Send + 'r,
) -> Completed<'r> {
    if parts
        .iter()
        .any(|part| matches!(part, Completed::Pending(_)))
    {
        let parts = join_all(parts.into_iter().map(Completed::resolve));
        Completed::Pending(parts.map(combine).boxed())
    } else {
        let ready = parts.into_iter().filter_map(|part| match part {
            Completed::Ready(result) => Some(result),
            Completed::Pending(_) => None,
        });
        Completed::Ready(combine(ready.collect()))
    }
}

/// `CompleteValue` for a list: a null item in a non-null position makes the whole list null.
pub(crate) fn join_list(parts: Vec<Completed<'_>>) -> Completed<'_> {
    join(parts, |results| {
        let mut values = Some(Vec::with_capacity(results.len()));
        let mut errors = Vec::new();
        for (index, result) in results.into_iter().enumerate() {
            let result = result.prepend_path(&PathSegment::Index(index));
            errors.extend(result.errors);
            match (result.value, &mut values) {
                (Some(value), Some(values)) => values.push(value),
                (None, values) => *values = None,
                (Some(_), None) => {}
            }
        }
        FieldResult {
            value: values.map(Value::List),
            errors,
        }
    })
}
