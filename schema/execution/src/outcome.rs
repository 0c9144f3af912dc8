//! What completing a value comes to, now or later.

use async_graphql::PathSegment;
use futures_util::{
    FutureExt as _,
    future::{BoxFuture, join_all},
};

use crate::{Fault, PlannedField, Value, fault::FieldError};

/// A completed value with the errors found inside it.
#[derive(Debug)]
pub struct Outcome {
    /// `None` is a null that its position does not allow: the parent becomes
    /// null in its stead (specification, 6.4.4 "Handling Field Errors").
    pub value: Option<Value>,
    /// The errors of the fields below, in the order of the document.
    pub errors: Vec<FieldError>,
}

impl Outcome {
    /// A value without errors.
    pub fn value(value: Value) -> Self {
        Self {
            value: Some(value),
            errors: Vec::new(),
        }
    }

    /// The field's error: null where it may be, else a null to propagate.
    pub fn fault(fault: Fault, field: &PlannedField) -> Self {
        Self {
            value: field.definition.nullable.then_some(Value::Null),
            errors: vec![FieldError::new(fault, field.position)],
        }
    }

    /// The error of one value inside the field, an item of a list for example:
    /// the nearest `Option` around it becomes null.
    pub fn refused(fault: Fault, field: &PlannedField) -> Self {
        Self {
            value: None,
            errors: vec![FieldError::new(fault, field.position)],
        }
    }

    pub(crate) fn below(mut self, segment: &PathSegment) -> Self {
        for error in &mut self.errors {
            error.push(segment.clone());
        }
        self
    }

    /// Null stops a propagated null.
    pub(crate) fn or_null(mut self) -> Self {
        self.value = Some(self.value.unwrap_or(Value::Null));
        self
    }
}

/// An [`Outcome`] that is there, or one that waits for data. Most fields are
/// there, and cost no future.
pub enum Completed<'r> {
    /// There.
    Ready(Outcome),
    /// Waits for a batch.
    Pending(BoxFuture<'r, Outcome>),
}

impl<'r> Completed<'r> {
    /// A value that is there.
    pub fn value(value: Value) -> Self {
        Self::Ready(Outcome::value(value))
    }

    /// The field's error.
    pub fn fault(fault: Fault, field: &PlannedField) -> Self {
        Self::Ready(Outcome::fault(fault, field))
    }

    pub(crate) fn map(self, change: impl FnOnce(Outcome) -> Outcome + Send + 'r) -> Self {
        match self {
            Self::Ready(outcome) => Self::Ready(change(outcome)),
            Self::Pending(future) => Self::Pending(future.map(change).boxed()),
        }
    }

    /// Waits for it, if there is anything to wait for.
    pub async fn resolve(self) -> Outcome {
        match self {
            Self::Ready(outcome) => outcome,
            Self::Pending(future) => future.await,
        }
    }
}

/// Completes all of `parts` (siblings are always finished, whatever fails) and
/// puts them together in their order.
pub(crate) fn join<'r>(
    parts: Vec<Completed<'r>>,
    together: impl FnOnce(Vec<Outcome>) -> Outcome + Send + 'r,
) -> Completed<'r> {
    if parts
        .iter()
        .any(|part| matches!(part, Completed::Pending(_)))
    {
        let parts = join_all(parts.into_iter().map(Completed::resolve));
        Completed::Pending(parts.map(together).boxed())
    } else {
        let ready = parts.into_iter().filter_map(|part| match part {
            Completed::Ready(outcome) => Some(outcome),
            Completed::Pending(_) => None,
        });
        Completed::Ready(together(ready.collect()))
    }
}

/// `CompleteValue` for a list: one null that is not allowed nulls the list.
pub(crate) fn join_list(parts: Vec<Completed<'_>>) -> Completed<'_> {
    join(parts, |outcomes| {
        let mut values = Some(Vec::with_capacity(outcomes.len()));
        let mut errors = Vec::new();
        for (index, outcome) in outcomes.into_iter().enumerate() {
            let outcome = outcome.below(&PathSegment::Index(index));
            errors.extend(outcome.errors);
            match (outcome.value, &mut values) {
                (Some(value), Some(values)) => values.push(value),
                (None, values) => *values = None,
                (Some(_), None) => {}
            }
        }
        Outcome {
            value: values.map(Value::List),
            errors,
        }
    })
}
