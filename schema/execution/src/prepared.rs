//! What a request adds to the plan of its operation: authorization, arguments and cost.

use std::{any::Any, sync::Arc};

use async_graphql::Variables;

use crate::{
    InputError, Problem, ResolverError,
    generated_schema::GeneratedSchema,
    input::ArgumentValues,
    plan::{Arguments, ObjectPlan, Plan, PlannedField, Size},
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

/// The cost of an operation whose lists have these sizes, by slot. Of several possible types the most expensive one
/// counts.
pub(crate) fn cost(objects: &[Arc<ObjectPlan>], sizes: &[usize]) -> usize {
    // Objects come after those below them.
    let mut costs = Vec::with_capacity(objects.len());
    for object in objects {
        let fields = object.fields.iter();
        let fields = fields.map(|field| {
            let below = field.objects.iter().map(|below| costs[below.index]);
            let below: usize = below.max().unwrap_or_default();
            length(object, field, sizes).saturating_mul(field.definition.cost.saturating_add(below))
        });
        costs.push(fields.fold(0_usize, usize::saturating_add));
    }
    costs.last().copied().unwrap_or_default()
}

/// The number of items of a field. A size multiplies the field itself or, with `sizedFields`, the fields of these names
/// below it.
fn length(object: &ObjectPlan, field: &PlannedField, sizes: &[usize]) -> usize {
    let size = match (object.sized_by, &field.definition.list_size) {
        (Some((size, names)), _) if names.contains(&field.definition.name) => size,
        (_, Some(rule)) if rule.sized_fields.is_empty() => field.size,
        _ => return 1,
    };
    match size {
        Size::Constant(size) => size,
        Size::Variable(slot) => sizes[slot],
    }
}
