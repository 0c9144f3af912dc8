//! Emits what is selected on object types, for the fields with `@lookahead`.

use std::collections::BTreeSet;

use apollo_compiler::ast::Type;

use crate::{
    contract::{Contract, Kind},
    names::{pascal, snake},
};

pub(super) fn emit(contract: &Contract) -> String {
    let ahead = contract.fields().filter(|(_, field)| field.looks_ahead);
    let mut pending: Vec<_> = ahead
        .filter_map(|(_, field)| object(contract, &field.ty))
        .collect();
    let mut reached = BTreeSet::new();
    while let Some(index) = pending.pop() {
        if reached.insert(index) {
            let fields = contract.types[index].fields().iter();
            pending.extend(fields.filter_map(|field| object(contract, &field.ty)));
        }
    }
    let types: String = reached
        .into_iter()
        .map(|index| selection(contract, index))
        .collect();
    format!(
        "/// What is selected on objects, for the fields with `@lookahead`.
#[allow(dead_code, reason = \"resolvers ask for what they load ahead\")]
pub mod selection {{
    use super::*;

{types}}}

"
    )
}

/// The index of the type if it is an object, or a list of objects.
fn object(contract: &Contract, ty: &Type) -> Option<usize> {
    let (index, _, model) = contract.types.get_full(ty.inner_named_type().as_str())?;
    matches!(model.kind, Kind::Object { .. }).then_some(index)
}

fn selection(contract: &Contract, index: usize) -> String {
    let model = &contract.types[index];
    let ty = pascal(&model.name);
    let methods = model.fields().iter().enumerate().map(|(index, field)| {
        let (name, coordinate) = (snake(&field.name), &field.coordinate);
        let below = object(contract, &field.ty).map(|below| pascal(&contract.types[below].name));
        match below {
            Some(below) => format!(
                "        /// What is selected below `{coordinate}`.
        pub fn {name}(&self) -> {below}<'p> {{
            {below}(self.0.field({index})) // {coordinate}
        }}
"
            ),
            None => format!(
                "        /// Whether `{coordinate}` is selected.
        pub fn {name}(&self) -> bool {{
            self.0.contains({index}) // {coordinate}
        }}
"
            ),
        }
    });
    let methods: String = methods.collect();
    format!(
        "    /// The fields that are selected on `{name}`.
    pub struct {ty}<'p>(pub(super) Selection<'p>);
    impl<'p> {ty}<'p> {{
        /// Whether nothing is selected.
        pub fn is_empty(&self) -> bool {{
            self.0.is_empty()
        }}
{methods}    }}

",
        name = model.name,
    )
}
