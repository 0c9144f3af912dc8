//! Checks fields with errors that clients have to expect. Such fields must be
//! nullable, so that the null does not propagate to their siblings.

use apollo_compiler::{
    Name, Node, Schema,
    ast::{FieldDefinition, Type},
};

use crate::{directive::Applied, reachable::possible_types};

/// The mistakes in how a field declares its expected errors.
pub(crate) fn check(schema: &Schema, parent: &Name, field: &Node<FieldDefinition>) -> Vec<String> {
    let mut mistakes = Vec::new();
    let field_reason = field_error_reason(schema, parent, field);
    if let Some(reason) = field_reason.filter(|_| field.ty.is_non_null()) {
        mistakes.push(format!(
            "{reason}, so it must be nullable: an error there must not make the parent object null"
        ));
    }
    let errors = Applied::find(&field.directives, "errors");
    // Why the object that the field returns, or one in its list, can be replaced by an error.
    let object_reason = if errors.is_some() {
        Some("has expected errors")
    } else {
        let objects = possible_types(schema, field.ty.inner_named_type());
        let mut roles = objects.iter().filter_map(|name| role(schema, name));
        roles
            .any(|object_role| role(schema, parent) != Some(object_role))
            .then_some("may be an object that requires a role")
    };
    if let Some(reason) =
        object_reason.filter(|_| field_reason.is_none() && !allows_null_object(&field.ty))
    {
        mistakes.push(format!(
            "{reason}, so it or its items must be nullable: an error there must not make the parent object null"
        ));
    }
    let description = field.description.as_deref().unwrap_or_default();
    let codes = errors.map(|errors| errors.texts("codes"));
    for code in codes.unwrap_or_default() {
        if !description.contains(&code) {
            mistakes.push(format!(
                "can fail with {code}, but its description does not say when"
            ));
        }
    }
    mistakes
}

/// Why the whole field can be replaced by an error; `None` if it cannot.
fn field_error_reason(
    schema: &Schema,
    parent: &Name,
    field: &FieldDefinition,
) -> Option<&'static str> {
    if schema.schema_definition.mutation.as_deref() == Some(parent) {
        return Some("is a mutation");
    }
    let mut arguments = field.arguments.iter();
    if arguments.any(|argument| argument.name == "after") {
        return Some("takes a cursor, which may be stale");
    }
    // The role of the field and that of its type are checked before the field is resolved.
    // Every viewer who sees the parent has the role that it requires.
    let own = Applied::find(&field.directives, "auth").map(Applied::role);
    let mut roles = own
        .into_iter()
        .chain(role(schema, field.ty.inner_named_type()));
    roles
        .any(|field_role| role(schema, parent) != Some(field_role))
        .then_some("requires a role")
}

/// The role that `@auth` on the type requires.
fn role(schema: &Schema, name: &Name) -> Option<String> {
    Applied::find(schema.types.get(name)?.directives(), "auth").map(Applied::role)
}

/// Whether null is allowed in place of the object, or of an object in the list.
fn allows_null_object(ty: &Type) -> bool {
    match ty {
        Type::Named(_) | Type::List(_) => true,
        Type::NonNullNamed(_) => false,
        Type::NonNullList(item) => allows_null_object(item),
    }
}
