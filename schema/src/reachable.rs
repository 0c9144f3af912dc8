//! The types that a schema uses.

use std::collections::HashSet;

use apollo_compiler::{Name, Schema, schema::ExtendedType, validation::Valid};

/// The types that can be reached from the root types. Others are private: only directives that the
/// exported SDL leaves out use them.
pub(crate) fn reachable(schema: &Valid<Schema>) -> HashSet<&str> {
    let mut reached = HashSet::new();
    let mut pending: Vec<&Name> = schema
        .schema_definition
        .iter_root_operations()
        .map(|(_, name)| &name.name)
        .collect();
    let implementers = schema.implementers_map();
    while let Some(name) = pending.pop() {
        let Some((name, definition)) = schema.types.get_key_value(name) else {
            continue;
        };
        if !reached.insert(name.as_str()) {
            continue;
        }
        let fields = match definition {
            ExtendedType::Object(ty) => {
                pending.extend(ty.implements_interfaces.iter().map(|name| &name.name));
                Some(&ty.fields)
            }
            ExtendedType::Interface(ty) => {
                pending.extend(ty.implements_interfaces.iter().map(|name| &name.name));
                Some(&ty.fields)
            }
            ExtendedType::Union(ty) => {
                pending.extend(ty.members.iter().map(|name| &name.name));
                None
            }
            ExtendedType::InputObject(ty) => {
                pending.extend(ty.fields.values().map(|field| field.ty.inner_named_type()));
                None
            }
            _ => None,
        };
        for field in fields.into_iter().flat_map(|fields| fields.values()) {
            pending.push(field.ty.inner_named_type());
            pending.extend(
                field
                    .arguments
                    .iter()
                    .map(|argument| argument.ty.inner_named_type()),
            );
        }
        // The objects that implement an interface can be reached from it.
        if let Some((_, implementers)) = implementers.get_key_value(name) {
            pending.extend(
                implementers
                    .objects
                    .iter()
                    .filter_map(|object| schema.types.get_key_value(object).map(|(name, _)| name)),
            );
        }
    }
    reached
}

/// The types that fields return.
pub(crate) fn returned(schema: &Valid<Schema>) -> HashSet<&str> {
    let fields = schema
        .types
        .values()
        .flat_map(|definition| match definition {
            ExtendedType::Object(ty) => ty.fields.values().collect(),
            ExtendedType::Interface(ty) => ty.fields.values().collect(),
            _ => Vec::new(),
        });
    fields
        .map(|field| field.ty.inner_named_type().as_str())
        .collect()
}
