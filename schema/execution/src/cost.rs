//! The cost of an operation, by `@cost` and `@listSize`.

use std::sync::Arc;

use crate::plan::{ObjectPlan, PlannedField, Size};

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
