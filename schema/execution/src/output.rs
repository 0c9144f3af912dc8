//! `CompleteValue` of the specification (6.4.3), by Rust type.

use std::sync::Arc;

use async_graphql::{PathSegment, indexmap::IndexMap};
use futures_util::FutureExt as _;

use crate::{
    Completed, Fault, Outcome, PlannedField, Refusable, Value, builtin,
    outcome::{join, join_list},
    plan::{ObjectPlan, TYPENAME},
};

/// What is logged when a mutation gives a code that the SDL does not name; tests listen for it.
pub const UNNAMED: &str = "a userError has a code that its payload does not name";

/// A Rust type that serves as the GraphQL type `G` for requests `R`.
///
/// `G` is spelled in Rust as the SDL spells it: `Option<T>` for a nullable
/// type, `Vec<T>` for a list, and a marker for a named type. The generator
/// writes it beside each field, so a model whose type differs does not compile.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not serve as the GraphQL type `{G}`",
    label = "the SDL and the Rust type differ here; the comment at the end of the line names the field",
    note = "nullable is `Option<T>`, a list `Vec<T>`, `Int` is `i32`, `Float` `f64`; change the SDL, or the model"
)]
pub trait Output<G: ?Sized, R> {
    /// Completes the value for the selection of `field`.
    fn complete<'r>(&self, field: &'r PlannedField, request: &'r R) -> Completed<'r>;
}

impl<T: Output<G, R>, G, R> Output<Option<G>, R> for Option<T> {
    fn complete<'r>(&self, field: &'r PlannedField, request: &'r R) -> Completed<'r> {
        match self {
            None => Completed::value(Value::Null),
            Some(value) => value.complete(field, request).map(Outcome::or_null),
        }
    }
}

/// A value that failed by itself: null in its place, with its error.
impl<T: Output<G, R>, G, R> Output<Option<G>, R> for Result<Option<T>, Fault> {
    fn complete<'r>(&self, field: &'r PlannedField, request: &'r R) -> Completed<'r> {
        match self {
            Ok(value) => value.complete(field, request),
            Err(fault) => Completed::Ready(Outcome::refused(fault.clone(), field).or_null()),
        }
    }
}

impl<T: Output<G, R>, G, R> Output<Vec<G>, R> for Vec<T> {
    fn complete<'r>(&self, field: &'r PlannedField, request: &'r R) -> Completed<'r> {
        join_list(
            self.iter()
                .map(|item| item.complete(field, request))
                .collect(),
        )
    }
}

impl<T: Output<G, R> + ?Sized, G, R> Output<G, R> for Arc<T> {
    fn complete<'r>(&self, field: &'r PlannedField, request: &'r R) -> Completed<'r> {
        (**self).complete(field, request)
    }
}

impl<T: Output<G, R>, G, R> Output<Vec<G>, R> for [T] {
    fn complete<'r>(&self, field: &'r PlannedField, request: &'r R) -> Completed<'r> {
        join_list(
            self.iter()
                .map(|item| item.complete(field, request))
                .collect(),
        )
    }
}

macro_rules! leaf {
    ($rust:ty => $marker:ty, $value:expr) => {
        impl<R> Output<$marker, R> for $rust {
            fn complete<'r>(&self, _: &'r PlannedField, _: &'r R) -> Completed<'r> {
                let value: fn(&$rust) -> Value = $value;
                Completed::value(value(self))
            }
        }
    };
}

leaf!(i32 => builtin::Int, |value| Value::from(*value));
leaf!(bool => builtin::Boolean, |value| Value::Boolean(*value));
leaf!(String => builtin::String, |value| Value::String(value.clone()));
leaf!(str => builtin::String, |value| Value::String(value.to_owned()));
leaf!(&str => builtin::String, |value| Value::String((*value).to_owned()));

impl<R> Output<builtin::Float, R> for f64 {
    fn complete<'r>(&self, field: &'r PlannedField, _: &'r R) -> Completed<'r> {
        // Specification 3.5.2: non-finite values are field errors.
        match async_graphql::Number::from_f64(*self) {
            Some(number) => Completed::value(Value::Number(number)),
            None => Completed::Ready(Outcome::refused(
                Fault::internal(format!("{} is not a finite number", field.definition.name)),
                field,
            )),
        }
    }
}

/// A value without a selection, as the generated leaves complete it.
pub fn leaf<'r>(value: Value) -> Completed<'r> {
    Completed::value(value)
}

/// Completes a root field with what its resolver answers.
pub fn resolve<'r, V, E, G, R>(
    answer: impl Future<Output = Result<V, E>> + Send + 'r,
    field: &'r PlannedField,
    request: &'r R,
) -> Completed<'r>
where
    V: Output<G, R> + Send,
    E: Into<Fault> + Send,
    R: Sync,
{
    Completed::Pending(
        async move {
            // The value ends before the wait for what lies below it.
            let completed = match answer.await {
                Ok(value) => value.complete(field, request),
                Err(error) => Completed::fault(error.into(), field),
            };
            let outcome = completed.resolve().await;
            // The value may be of the type without its `Option`.
            if field.definition.nullable {
                outcome.or_null()
            } else {
                outcome
            }
        }
        .boxed(),
    )
}

/// Completes a mutation whose payload has `userErrors`: with what its resolver
/// answers, or without it where a person has to mend the arguments. `codes` are
/// those that the payload says it can give.
pub fn resolve_mutation<'r, V, E, G, R, A>(
    answer: impl FnOnce() -> A + Send + 'r,
    codes: &'static [&'static str],
    field: &'r PlannedField,
    request: &'r R,
) -> Completed<'r>
where
    A: Future<Output = Result<V, E>> + Send + 'r,
    V: Output<G, R> + Refusable + Send,
    E: Into<Fault> + Send,
    R: Sync,
{
    let payload = async move {
        let payload = match field.unacceptable() {
            Some(problems) => V::refused(problems),
            None => answer().await?,
        };
        for code in payload.codes().filter(|code| !codes.contains(code)) {
            let mutation = field.definition.name;
            tracing::error!(mutation, code, "{UNNAMED}");
        }
        Ok::<_, E>(payload)
    };
    resolve(payload, field, request)
}

/// `ExecuteSelectionSet` (6.3) on one object: `resolve` answers each planned
/// field in order, and only those that wait for data cost a future.
pub fn complete_object<'r>(
    plan: &'r ObjectPlan,
    mut resolve: impl FnMut(&'r PlannedField) -> Completed<'r>,
) -> Completed<'r> {
    let fields = plan.fields.iter();
    let parts = fields.map(|field| complete_field(plan, field, &mut resolve));
    join(parts.collect(), move |outcomes| assemble(plan, outcomes))
}

/// `ExecuteField` (6.4) but for what `resolve` does.
pub(crate) fn complete_field<'r>(
    plan: &ObjectPlan,
    field: &'r PlannedField,
    resolve: impl FnOnce(&'r PlannedField) -> Completed<'r>,
) -> Completed<'r> {
    match &field.refusal {
        _ if field.index == TYPENAME => Completed::value(Value::from(plan.name)),
        Some(fault) => Completed::fault(fault.clone(), field),
        None => resolve(field),
    }
}

pub(crate) fn assemble(plan: &ObjectPlan, outcomes: Vec<Outcome>) -> Outcome {
    let mut object = Some(IndexMap::with_capacity(outcomes.len()));
    let mut errors = Vec::new();
    for (field, mut outcome) in plan.fields.iter().zip(outcomes) {
        if !outcome.errors.is_empty() {
            outcome = outcome.below(&PathSegment::Field(field.key.to_string()));
            errors.append(&mut outcome.errors);
        }
        match (outcome.value, &mut object) {
            (Some(value), Some(object)) => {
                object.insert(field.key.clone(), value);
            }
            (None, object) => *object = None,
            (Some(_), None) => {}
        }
    }
    Outcome {
        value: object.map(Value::Object),
        errors,
    }
}
