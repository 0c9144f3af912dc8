//! Which types a schema really uses.

use std::collections::HashSet;

use apollo_compiler::{Name, Schema, schema::ExtendedType, validation::Valid};

/// The types that the roots reach: private types are used by private directives alone.
pub(crate) fn reachable(schema: &Valid<Schema>) -> HashSet<&str> {
    let mut reached = HashSet::new();
    let mut open: Vec<&Name> = schema
        .schema_definition
        .iter_root_operations()
        .map(|(_, name)| &name.name)
        .collect();
    let implementers = schema.implementers_map();
    while let Some(name) = open.pop() {
        let Some((name, definition)) = schema.types.get_key_value(name) else {
            continue;
        };
        if !reached.insert(name.as_str()) {
            continue;
        }
        let fields = match definition {
            ExtendedType::Object(ty) => {
                open.extend(ty.implements_interfaces.iter().map(|name| &name.name));
                Some(&ty.fields)
            }
            ExtendedType::Interface(ty) => {
                open.extend(ty.implements_interfaces.iter().map(|name| &name.name));
                Some(&ty.fields)
            }
            ExtendedType::Union(ty) => {
                open.extend(ty.members.iter().map(|name| &name.name));
                None
            }
            ExtendedType::InputObject(ty) => {
                open.extend(ty.fields.values().map(|field| field.ty.inner_named_type()));
                None
            }
            _ => None,
        };
        for field in fields.into_iter().flat_map(|fields| fields.values()) {
            open.push(field.ty.inner_named_type());
            open.extend(
                field
                    .arguments
                    .iter()
                    .map(|argument| argument.ty.inner_named_type()),
            );
        }
        // An interface reaches the objects that implement it.
        if let Some((_, implementers)) = implementers.get_key_value(name) {
            open.extend(
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
