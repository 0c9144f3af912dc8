//! Fields that can carry an error which clients have to expect. They are
//! nullable, so that the error takes nothing else away.

use apollo_compiler::{
    Name, Node, Schema,
    ast::{Directive, FieldDefinition, Type},
    schema::ExtendedType,
};

use crate::directive::Applied;

/// What is wrong with a field, as far as expected errors go.
pub(crate) fn mistakes(
    schema: &Schema,
    parent: &Name,
    field: &Node<FieldDefinition>,
) -> Vec<String> {
    let mut mistakes = Vec::new();
    let whole = whole(schema, parent, field);
    if let Some(why) = whole.filter(|_| field.ty.is_non_null()) {
        mistakes.push(format!(
            "{why}, so it must be nullable: an error there must not take its siblings away"
        ));
    }
    let some = object(schema, parent, field);
    if let Some(why) = some.filter(|_| whole.is_none() && !has_room(&field.ty)) {
        mistakes.push(format!(
            "{why}, so it or its items must be nullable: an error there must not take its siblings away"
        ));
    }
    mistakes.extend(
        codes(field)
            .into_iter()
            .flat_map(|codes| undescribed(field, &codes)),
    );
    mistakes
}

/// Why there can be an error in place of the whole field.
fn whole(schema: &Schema, parent: &Name, field: &FieldDefinition) -> Option<&'static str> {
    if schema.schema_definition.mutation.as_deref() == Some(parent) {
        return Some("is a mutation");
    }
    let mut arguments = field.arguments.iter();
    if arguments.any(|argument| argument.name == "after") {
        return Some("takes a cursor, which may be stale");
    }
    // Both are asked for before anything is loaded.
    let own = required(field.directives.iter());
    let mut roles = own
        .into_iter()
        .chain(of_type(schema, field.ty.inner_named_type()));
    roles
        .any(|role| !is_held(schema, parent, role))
        .then_some("asks for a role")
}

/// Why there can be an error in place of the field's object, or of one of its
/// list.
fn object(schema: &Schema, parent: &Name, field: &FieldDefinition) -> Option<&'static str> {
    if codes(field).is_some() {
        return Some("has expected errors");
    }
    let name = field.ty.inner_named_type();
    let mut roles = possible(schema, name)
        .into_iter()
        .filter_map(|ty| of_type(schema, &ty));
    roles
        .any(|role| !is_held(schema, parent, role))
        .then_some("may be an object that asks for a role")
}

/// Whether whoever sees an object of the type has the role already.
fn is_held(schema: &Schema, parent: &Name, role: &str) -> bool {
    of_type(schema, parent) == Some(role)
}

/// The objects that an abstract type stands for, each of which asks for itself.
fn possible(schema: &Schema, name: &Name) -> Vec<Name> {
    match schema.types.get(name) {
        Some(ExtendedType::Union(union)) => {
            let members = union.members.iter();
            members.map(|member| member.name.clone()).collect()
        }
        Some(ExtendedType::Interface(_)) => {
            let implementers = schema.implementers_map();
            let objects = implementers.get(name).map(|them| &them.objects);
            objects.into_iter().flatten().cloned().collect()
        }
        _ => Vec::new(),
    }
}

fn of_type<'s>(schema: &'s Schema, name: &Name) -> Option<&'s str> {
    let directives = schema.types.get(name)?.directives().iter();
    required(directives.map(|component| &component.node))
}

fn required<'a>(directives: impl IntoIterator<Item = &'a Node<Directive>>) -> Option<&'a str> {
    let auth = Applied::find(directives, "auth")?;
    Some(auth.role())
}

/// The codes that `@errors` names, where there is one.
fn codes(field: &FieldDefinition) -> Option<Vec<&str>> {
    Some(Applied::find(field.directives.iter(), "errors")?.texts("codes"))
}

/// People read descriptions, so a code that stands in none is not declared.
fn undescribed(field: &FieldDefinition, codes: &[&str]) -> Vec<String> {
    let description = field.description.as_deref().unwrap_or_default();
    let missing = codes.iter().filter(|code| !description.contains(**code));
    let missing =
        missing.map(|code| format!("can be the error {code}; say when in its description"));
    missing.collect()
}

/// Whether null can stand where the object would.
fn has_room(ty: &Type) -> bool {
    match ty {
        Type::Named(_) | Type::List(_) => true,
        Type::NonNullNamed(_) => false,
        Type::NonNullList(item) => has_room(item),
    }
}
