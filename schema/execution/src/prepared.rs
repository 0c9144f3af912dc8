//! What a request adds to the plan of its operation: authorization, arguments and cost.

use std::any::Any;

use async_graphql::Variables;

use crate::{
    InputError, Problem, ResolverError,
    definition::{FieldDefinition, ListSize},
    generated_schema::GeneratedSchema,
    input::ArgumentValues,
    plan::{ObjectPlan, Plan, PlannedField},
};

/// The coerced arguments of a field.
pub(crate) enum Arguments {
    Coerced(Box<dyn Any + Send + Sync>),
    /// Invalid arguments that the payload of a mutation reports in its `userErrors`.
    UserErrors(InputError),
}

/// A planned operation with the viewer and the variables of a request.
pub struct Prepared {
    /// By [`PlannedField::slot`].
    arguments: Vec<Option<Arguments>>,
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
        let mut sizes = vec![None; plan.slots];
        let mut errors = Vec::new();
        for object in &plan.objects {
            for field in object.fields.iter().filter(|field| !field.is_meta()) {
                let guarded = S::guard(object.type_index, field.index, context);
                if let Some(slot) = field.slot {
                    let mut values = ArgumentValues::new(&field.arguments, variables);
                    let rule = field.definition.list_size.as_ref();
                    sizes[slot] = rule.map(|rule| list_size(rule, field.definition, &values));
                    if guarded.is_ok() && !field.definition.arguments.is_empty() {
                        match S::arguments(object.type_index, field.index, &mut values) {
                            Ok(coerced) => arguments[slot] = Some(Arguments::Coerced(coerced)),
                            Err(error) if field.has_user_errors && error.is_user_error() => {
                                arguments[slot] = Some(Arguments::UserErrors(error));
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
            cost: cost(plan, &sizes),
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
    pub fn arguments<T: Any>(&self, field: &PlannedField) -> &T {
        match field.slot.and_then(|slot| self.arguments[slot].as_ref()) {
            Some(Arguments::Coerced(arguments)) => arguments.downcast_ref(),
            _ => None,
        }
        .expect("a prepared field has the arguments of its own type")
    }

    /// The problems of invalid arguments that the payload reports in its `userErrors`; there are no arguments then.
    pub(crate) fn user_errors(&self, field: &PlannedField) -> Option<&[Problem]> {
        match field.slot.and_then(|slot| self.arguments[slot].as_ref()) {
            Some(Arguments::UserErrors(error)) => Some(error.problems()),
            _ => None,
        }
    }
}

/// The largest slicing argument, given or default; the assumed size if there is none.
fn list_size(rule: &ListSize, definition: &FieldDefinition, arguments: &ArgumentValues) -> usize {
    let sizes = rule.slicing.iter().filter_map(|name| {
        arguments.size(name).or_else(|| {
            let definition = definition
                .arguments
                .iter()
                .find(|argument| argument.name == *name);
            definition?.default?.parse().ok()
        })
    });
    sizes.max().unwrap_or(rule.assumed)
}

/// The cost of an operation whose lists have these sizes, by slot. Of several possible types the most expensive one
/// counts.
fn cost(plan: &Plan, sizes: &[Option<usize>]) -> usize {
    // Objects come after those below them.
    let mut costs = Vec::with_capacity(plan.objects.len());
    for object in &plan.objects {
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
fn length(object: &ObjectPlan, field: &PlannedField, sizes: &[Option<usize>]) -> usize {
    if let Some((slot, names)) = object.sized_by
        && names.contains(&field.definition.name)
    {
        return sizes[slot].unwrap_or(1);
    }
    match &field.definition.list_size {
        Some(rule) if rule.sized_fields.is_empty() => {
            field.slot.and_then(|slot| sizes[slot]).unwrap_or(1)
        }
        _ => 1,
    }
}
