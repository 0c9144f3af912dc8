//! The types that a schema uses.

use std::collections::HashSet;

use apollo_compiler::{
    Name, Schema,
    schema::{Component, ExtendedType, FieldDefinition},
    validation::Valid,
};

/// The types that can be reached from the root types. Others are private: only directives that the
/// exported SDL leaves out use them.
pub(crate) fn reachable(schema: &Valid<Schema>) -> HashSet<&str> {
    let mut reached = HashSet::new();
    let roots = schema.schema_definition.iter_root_operations();
    let mut pending: Vec<Name> = roots.map(|(_, root)| root.name.clone()).collect();
    while let Some(name) = pending.pop() {
        let Some((name, definition)) = schema.types.get_key_value(&name) else {
            continue;
        };
        if !reached.insert(name.as_str()) {
            continue;
        }
        let interfaces = match definition {
            ExtendedType::Object(ty) => Some(&ty.implements_interfaces),
            ExtendedType::Interface(ty) => Some(&ty.implements_interfaces),
            _ => None,
        };
        let interfaces = interfaces.into_iter().flatten();
        pending.extend(interfaces.map(|interface| interface.name.clone()));
        pending.extend(possible_types(schema, name));
        for field in fields(definition) {
            pending.push(field.ty.inner_named_type().clone());
            let arguments = field.arguments.iter();
            pending.extend(arguments.map(|argument| argument.ty.inner_named_type().clone()));
        }
        if let ExtendedType::InputObject(ty) = definition {
            let fields = ty.fields.values();
            pending.extend(fields.map(|field| field.ty.inner_named_type().clone()));
        }
    }
    reached
}

/// The types that fields return.
pub(crate) fn returned(schema: &Valid<Schema>) -> HashSet<&str> {
    let fields = schema.types.values().flat_map(fields);
    fields
        .map(|field| field.ty.inner_named_type().as_str())
        .collect()
}

/// The possible object types of an interface or union; empty for other types.
pub(crate) fn possible_types(schema: &Schema, name: &Name) -> Vec<Name> {
    match schema.types.get(name) {
        Some(ExtendedType::Union(union)) => {
            let members = union.members.iter();
            members.map(|member| member.name.clone()).collect()
        }
        Some(ExtendedType::Interface(_)) => {
            let mut implementers = schema.implementers_map();
            let objects = implementers.remove(name).unwrap_or_default().objects;
            objects.into_iter().collect()
        }
        _ => Vec::new(),
    }
}

/// The fields of an object or interface.
fn fields(definition: &ExtendedType) -> impl Iterator<Item = &Component<FieldDefinition>> {
    let fields = match definition {
        ExtendedType::Object(ty) => Some(&ty.fields),
        ExtendedType::Interface(ty) => Some(&ty.fields),
        _ => None,
    };
    fields.into_iter().flat_map(|fields| fields.values())
}
