//! `CompleteValue` of the specification (6.4.3), by Rust type.

use std::sync::Arc;

use async_graphql::{PathSegment, indexmap::IndexMap};
use futures_util::FutureExt as _;

use crate::{
    Completed, FieldResult, PlannedField, ResolverError, UserErrorPayload, UserErrors, Value,
    builtin,
    field_result::{join, join_list},
    plan::{ObjectPlan, TYPENAME},
};

/// The log message for a user error whose code the SDL does not declare; tests fail when it is logged.
pub const UNDECLARED_CODE: &str = "a userError has a code that its payload does not name";

/// A Rust type that represents the GraphQL type `G`. `R` is the generated request: the context with the loaders.
///
/// `G` expresses the type of the SDL in Rust: `Option<T>` for a nullable type,
/// `Vec<T>` for a list, and a marker for a named type. The generator emits it
/// for each field, so a model whose type differs does not compile.
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
            Some(value) => value.complete(field, request).map(FieldResult::or_null),
        }
    }
}

/// A value that can fail on its own: it becomes null, with its error.
impl<T: Output<G, R>, G, R> Output<Option<G>, R> for Result<Option<T>, ResolverError> {
    fn complete<'r>(&self, field: &'r PlannedField, request: &'r R) -> Completed<'r> {
        match self {
            Ok(value) => value.complete(field, request),
            Err(error) => Completed::Ready(FieldResult::item_error(error.clone(), field).or_null()),
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
            None => Completed::Ready(FieldResult::item_error(
                ResolverError::internal(format!(
                    "{} is not a finite number",
                    field.definition.name
                )),
                field,
            )),
        }
    }
}

/// Completes a scalar or an enum value; called by generated code.
pub fn leaf<'r>(value: Value) -> Completed<'r> {
    Completed::value(value)
}

/// Completes a root field with the result of its resolver.
pub fn resolve<'r, V, E, G, R>(
    resolver: impl Future<Output = Result<V, E>> + Send + 'r,
    field: &'r PlannedField,
    request: &'r R,
) -> Completed<'r>
where
    V: Output<G, R> + Send,
    E: Into<ResolverError> + Send,
    R: Sync,
{
    Completed::Pending(
        async move {
            // The value is dropped before the fields below it are awaited.
            let completed = match resolver.await {
                Ok(value) => value.complete(field, request),
                Err(error) => Completed::error(error.into(), field),
            };
            let result = completed.resolve().await;
            // The value may have the type of the field without the outer `Option`.
            if field.definition.nullable {
                result.or_null()
            } else {
                result
            }
        }
        .boxed(),
    )
}

/// Completes a mutation whose payload has `userErrors`: the problems of its
/// input, for which the resolver is not called, or the user error that the
/// resolver fails with. `codes` are the codes that the SDL declares for the
/// payload, and `C` is the context.
pub fn resolve_mutation<'r, C, P, G, R, A>(
    resolver: impl FnOnce() -> A + Send + 'r,
    codes: &'static [&'static str],
    field: &'r PlannedField,
    request: &'r R,
) -> Completed<'r>
where
    C: UserErrors,
    A: Future<Output = Result<P, C::MutationError>> + Send + 'r,
    P: Output<G, R> + UserErrorPayload<UserError = C::UserError> + Send,
    R: Sync,
{
    let payload = async move {
        let payload = match field.user_errors() {
            Some(problems) => P::rejected(problems.iter().map(C::from_problem).collect()),
            None => match resolver().await {
                Ok(payload) => payload,
                Err(error) => P::rejected(vec![C::user_error(error)?]),
            },
        };
        let given = payload.user_errors().iter().map(C::code);
        for code in given.filter(|code| !codes.contains(code)) {
            let mutation = field.definition.name;
            tracing::error!(mutation, code, "{UNDECLARED_CODE}");
        }
        Ok::<_, ResolverError>(payload)
    };
    resolve(payload, field, request)
}

/// `ExecuteSelectionSet` (6.3) on one object: calls `resolve` for each planned
/// field in order; only fields that await data need a future.
pub fn complete_object<'r>(
    plan: &'r ObjectPlan,
    mut resolve: impl FnMut(&'r PlannedField) -> Completed<'r>,
) -> Completed<'r> {
    let fields = plan.fields.iter();
    let parts = fields.map(|field| complete_field(plan, field, &mut resolve));
    join(parts.collect(), move |results| assemble(plan, results))
}

/// `ExecuteField` (6.4): completes `__typename` and fields with errors itself, and calls `resolve` for the others.
pub(crate) fn complete_field<'r>(
    plan: &ObjectPlan,
    field: &'r PlannedField,
    resolve: impl FnOnce(&'r PlannedField) -> Completed<'r>,
) -> Completed<'r> {
    match &field.error {
        _ if field.index == TYPENAME => Completed::value(Value::from(plan.name)),
        Some(error) => Completed::error(error.clone(), field),
        None => resolve(field),
    }
}

/// Builds the object from the results of its fields. A null in a non-null
/// position makes the whole object null.
pub(crate) fn assemble(plan: &ObjectPlan, results: Vec<FieldResult>) -> FieldResult {
    let mut object = Some(IndexMap::with_capacity(results.len()));
    let mut errors = Vec::new();
    for (field, mut result) in plan.fields.iter().zip(results) {
        if !result.errors.is_empty() {
            result = result.prepend_path(&PathSegment::Field(field.key.to_string()));
            errors.append(&mut result.errors);
        }
        match (result.value, &mut object) {
            (Some(value), Some(object)) => {
                object.insert(field.key.clone(), value);
            }
            (None, object) => *object = None,
            (Some(_), None) => {}
        }
    }
    FieldResult {
        value: object.map(Value::Object),
        errors,
    }
}
