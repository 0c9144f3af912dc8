//! How Rust types are written as GraphQL types.

use std::sync::Arc;

use futures_util::FutureExt as _;

use crate::{
    PlannedField, Prepared, ResolverError, UserErrorPayload, UserErrors, Writer, Written, builtin,
    writer::Fill,
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
    /// Writes the value for the selection of `field`.
    fn write<'r>(
        &self,
        field: &'r PlannedField,
        request: &'r R,
        out: &mut Writer<'r, R>,
    ) -> Written;
}

impl<T: Output<G, R>, G, R> Output<Option<G>, R> for Option<T> {
    fn write<'r>(
        &self,
        field: &'r PlannedField,
        request: &'r R,
        out: &mut Writer<'r, R>,
    ) -> Written {
        match self {
            None => out.null(),
            Some(value) => out.nullable(|out| value.write(field, request, out)),
        }
    }
}

/// A value that can fail on its own: it becomes null, with its error.
impl<T: Output<G, R>, G, R> Output<Option<G>, R> for Result<Option<T>, ResolverError> {
    fn write<'r>(
        &self,
        field: &'r PlannedField,
        request: &'r R,
        out: &mut Writer<'r, R>,
    ) -> Written {
        match self {
            Ok(value) => value.write(field, request, out),
            Err(error) => out.nullable(|out| out.item_error(error.clone(), field)),
        }
    }
}

impl<T: Output<G, R>, G, R> Output<Vec<G>, R> for Vec<T> {
    fn write<'r>(
        &self,
        field: &'r PlannedField,
        request: &'r R,
        out: &mut Writer<'r, R>,
    ) -> Written {
        self.as_slice().write(field, request, out)
    }
}

impl<T: Output<G, R> + ?Sized, G, R> Output<G, R> for Arc<T> {
    fn write<'r>(
        &self,
        field: &'r PlannedField,
        request: &'r R,
        out: &mut Writer<'r, R>,
    ) -> Written {
        (**self).write(field, request, out)
    }
}

impl<T: Output<G, R>, G, R> Output<Vec<G>, R> for [T] {
    fn write<'r>(
        &self,
        field: &'r PlannedField,
        request: &'r R,
        out: &mut Writer<'r, R>,
    ) -> Written {
        out.list(self, |item, out| item.write(field, request, out))
    }
}

macro_rules! leaf {
    ($($rust:ty => $marker:ty),+) => {$(
        impl<R> Output<$marker, R> for $rust {
            fn write<'r>(
                &self,
                _: &'r PlannedField,
                _: &'r R,
                out: &mut Writer<'r, R>,
            ) -> Written {
                out.json(self)
            }
        }
    )+};
}

leaf!(
    i32 => builtin::Int,
    bool => builtin::Boolean,
    String => builtin::String,
    str => builtin::String,
    &str => builtin::String
);

impl<R> Output<builtin::Float, R> for f64 {
    fn write<'r>(&self, field: &'r PlannedField, _: &'r R, out: &mut Writer<'r, R>) -> Written {
        if self.is_finite() {
            return out.json(self);
        }
        // Specification 3.5.2: non-finite values are field errors.
        let message = format!("{} is not a finite number", field.definition.name);
        out.item_error(ResolverError::internal(message), field)
    }
}

/// Writes a field with the result of its resolver.
pub fn resolve<'r, V, E, G, R>(
    resolver: impl Future<Output = Result<V, E>> + Send + 'r,
    field: &'r PlannedField,
    request: &'r R,
    out: &mut Writer<'r, R>,
) -> Written
where
    V: Output<G, R> + Send + 'r,
    E: Into<ResolverError>,
    R: Sync,
{
    let resolved = resolver.map(move |resolved| {
        let resolved = resolved.map_err(Into::into);
        let fill: Fill<'r, R> = Box::new(move |out| match resolved {
            Ok(value) => value.write(field, request, out),
            Err(error) => out.item_error(error, field),
        });
        fill
    });
    out.defer_to_resolver(field, resolved.boxed())
}

/// Writes a mutation whose payload has `userErrors`: the problems of its
/// input, for which the resolver is not called, or the user error that the
/// resolver fails with. `codes` are the codes that the SDL declares for the
/// payload, and `C` is the context.
pub fn resolve_mutation<'r, C, P, G, R, A>(
    resolver: impl FnOnce(&'r Prepared) -> A + Send + 'r,
    codes: &'static [&'static str],
    field: &'r PlannedField,
    request: &'r R,
    out: &mut Writer<'r, R>,
) -> Written
where
    C: UserErrors,
    A: Future<Output = Result<P, C::MutationError>> + Send + 'r,
    P: Output<G, R> + UserErrorPayload<UserError = C::UserError> + Send + 'r,
    R: Sync,
{
    let prepared = out.prepared();
    let payload = async move {
        let payload = match prepared.user_errors(field) {
            Some(problems) => P::rejected(problems.iter().map(C::from_problem).collect()),
            None => match resolver(prepared).await {
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
    resolve(payload, field, request, out)
}
