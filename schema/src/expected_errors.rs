//! Checks fields with errors that clients have to expect. Such fields must be
//! nullable, so that the null does not propagate to their siblings.

use apollo_compiler::{
    Name, Node, Schema,
    ast::{Directive, FieldDefinition, Type},
    schema::ExtendedType,
};

use crate::directive::Applied;

/// The mistakes in how a field declares its expected errors.
pub(crate) fn check(schema: &Schema, parent: &Name, field: &Node<FieldDefinition>) -> Vec<String> {
    let mut mistakes = Vec::new();
    let field_reason = field_error_reason(schema, parent, field);
    if let Some(reason) = field_reason.filter(|_| field.ty.is_non_null()) {
        mistakes.push(format!(
            "{reason}, so it must be nullable: an error there must not make the parent object null"
        ));
    }
    let object_reason = object_error_reason(schema, parent, field);
    if let Some(reason) =
        object_reason.filter(|_| field_reason.is_none() && !allows_null_object(&field.ty))
    {
        mistakes.push(format!(
            "{reason}, so it or its items must be nullable: an error there must not make the parent object null"
        ));
    }
    mistakes.extend(
        error_codes(field)
            .into_iter()
            .flat_map(|codes| undocumented_codes(field, &codes)),
    );
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
    let own = required_role(field.directives.iter());
    let mut roles = own
        .into_iter()
        .chain(role_of_type(schema, field.ty.inner_named_type()));
    roles
        .any(|role| !parent_requires(schema, parent, role))
        .then_some("requires a role")
}

/// Why the object that the field returns, or one in its list, can be replaced by
/// an error; `None` if it cannot.
fn object_error_reason(
    schema: &Schema,
    parent: &Name,
    field: &FieldDefinition,
) -> Option<&'static str> {
    if error_codes(field).is_some() {
        return Some("has expected errors");
    }
    let name = field.ty.inner_named_type();
    let mut roles = possible_types(schema, name)
        .into_iter()
        .filter_map(|ty| role_of_type(schema, &ty));
    roles
        .any(|role| !parent_requires(schema, parent, role))
        .then_some("may be an object that requires a role")
}

/// Whether the parent type requires the same role, so that every viewer who sees
/// the parent has it.
fn parent_requires(schema: &Schema, parent: &Name, role: &str) -> bool {
    role_of_type(schema, parent) == Some(role)
}

/// The possible object types of an abstract type, each of which is authorized
/// separately; empty for object types.
fn possible_types(schema: &Schema, name: &Name) -> Vec<Name> {
    match schema.types.get(name) {
        Some(ExtendedType::Union(union)) => {
            let members = union.members.iter();
            members.map(|member| member.name.clone()).collect()
        }
        Some(ExtendedType::Interface(_)) => {
            let implementers = schema.implementers_map();
            let objects = implementers
                .get(name)
                .map(|implementers| &implementers.objects);
            objects.into_iter().flatten().cloned().collect()
        }
        _ => Vec::new(),
    }
}

/// The role that `@auth` on the type requires.
fn role_of_type<'s>(schema: &'s Schema, name: &Name) -> Option<&'s str> {
    let directives = schema.types.get(name)?.directives().iter();
    required_role(directives.map(|component| &component.node))
}

fn required_role<'a>(directives: impl IntoIterator<Item = &'a Node<Directive>>) -> Option<&'a str> {
    let auth = Applied::find(directives, "auth")?;
    Some(auth.role())
}

/// The codes that `@errors` declares; `None` if the field does not have it.
fn error_codes(field: &FieldDefinition) -> Option<Vec<&str>> {
    Some(Applied::find(field.directives.iter(), "errors")?.texts("codes"))
}

/// A message for each code that the description of the field does not mention.
fn undocumented_codes(field: &FieldDefinition, codes: &[&str]) -> Vec<String> {
    let description = field.description.as_deref().unwrap_or_default();
    let missing = codes.iter().filter(|code| !description.contains(**code));
    let missing =
        missing.map(|code| format!("can fail with {code}, but its description does not say when"));
    missing.collect()
}

/// Whether null is allowed in place of the object, or of an object in the list.
fn allows_null_object(ty: &Type) -> bool {
    match ty {
        Type::Named(_) | Type::List(_) => true,
        Type::NonNullNamed(_) => false,
        Type::NonNullList(item) => allows_null_object(item),
    }
}
