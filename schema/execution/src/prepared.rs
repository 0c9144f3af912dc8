//! What a request adds to the plan of its operation: authorization, arguments and cost.

use std::any::Any;

use async_graphql::Variables;

use crate::{
    InputError, Problem, ResolverError,
    cost::cost,
    generated_schema::GeneratedSchema,
    input::ArgumentValues,
    plan::{Arguments, Plan, PlannedField},
};

/// The arguments of a field that depend on variables.
enum Coerced {
    Arguments(Box<dyn Any + Send + Sync>),
    /// Invalid arguments that the payload of a mutation reports in its `userErrors`.
    UserErrors(InputError),
}

/// A planned operation with the viewer and the variables of a request.
pub struct Prepared {
    /// By the slot of [`Arguments::Variable`].
    arguments: Vec<Option<Coerced>>,
    /// The authorization or argument errors that are reported instead of resolving fields, by [`PlannedField::id`].
    errors: Vec<(usize, ResolverError)>,
    /// The cost of the operation, in units of `@cost`.
    pub(crate) cost: usize,
}

impl Prepared {
    pub(crate) fn new<S: GeneratedSchema>(
        plan: &Plan,
        variables: &Variables,
        context: &S::Context,
    ) -> Self {
        let mut arguments: Vec<_> = (0..plan.slots).map(|_| None).collect();
        let mut sizes = vec![1; plan.slots];
        let mut errors = Vec::new();
        for object in &plan.objects {
            for field in object.fields.iter().filter(|field| !field.is_meta()) {
                let guarded = S::guard(object.type_index, field.index, context);
                if let Arguments::Variable(slot, literals) = &field.arguments {
                    let mut values = ArgumentValues::new(literals, variables);
                    sizes[*slot] = values.list_size(field.definition);
                    if guarded.is_ok() && !field.definition.arguments.is_empty() {
                        match S::arguments(object.type_index, field.index, &mut values) {
                            Ok(coerced) => arguments[*slot] = Some(Coerced::Arguments(coerced)),
                            Err(error) if field.has_user_errors && error.is_user_error() => {
                                arguments[*slot] = Some(Coerced::UserErrors(error));
                            }
                            Err(error) => {
                                let error = error.into_resolver_error(field.definition.name);
                                errors.push((field.id, error));
                            }
                        }
                    }
                }
                if let Err(error) = guarded {
                    errors.push((field.id, error));
                }
            }
        }
        errors.sort_by_key(|(id, _)| *id);
        Self {
            arguments,
            errors,
            cost: plan
                .constant_cost
                .unwrap_or_else(|| cost(&plan.objects, &sizes)),
        }
    }

    /// The error that is reported instead of resolving a field.
    pub(crate) fn error(&self, field: &PlannedField) -> Option<&ResolverError> {
        if self.errors.is_empty() {
            return None;
        }
        let found = self.errors.binary_search_by_key(&field.id, |(id, _)| *id);
        found.ok().map(|index| &self.errors[index].1)
    }

    /// The coerced arguments of a field, as the type that the generator emits for them.
    ///
    /// # Panics
    ///
    /// If `T` is not the argument type of this field; generated code always passes the right one.
    pub fn arguments<'a, T: Any>(&'a self, field: &'a PlannedField) -> &'a T {
        match &field.arguments {
            Arguments::Constant(arguments) => arguments.downcast_ref(),
            Arguments::Variable(slot, _) => match &self.arguments[*slot] {
                Some(Coerced::Arguments(arguments)) => arguments.downcast_ref(),
                _ => None,
            },
        }
        .expect("a prepared field has the arguments of its own type")
    }

    /// The problems of invalid arguments that the payload reports in its `userErrors`; there are no arguments then.
    pub(crate) fn user_errors(&self, field: &PlannedField) -> Option<&[Problem]> {
        let Arguments::Variable(slot, _) = field.arguments else {
            return None;
        };
        match &self.arguments[slot] {
            Some(Coerced::UserErrors(error)) => Some(error.problems()),
            _ => None,
        }
    }
}
