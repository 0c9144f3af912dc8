//! Exports the SDL: normalised, and without private types and directives.

use apollo_compiler::{
    Node, Schema, ast,
    schema::{Component, ComponentOrigin, ExtendedType},
    validation::Valid,
};

use crate::{
    contract::USER_ERRORS,
    directive::{Applied, BUILT_IN, CONSTRAINT, PRIVATE},
    reachable::reachable,
};

pub(crate) fn sdl(schema: &Valid<Schema>) -> String {
    let public = reachable(schema);
    let mut exported = Schema::clone(schema);
    exported
        .directive_definitions
        .retain(|name, _| *name != BUILT_IN && !PRIVATE.contains(&name.as_str()));
    exported
        .types
        .retain(|name, definition| definition.is_built_in() || public.contains(name.as_str()));
    for definition in exported.types.values_mut() {
        strip_type(definition);
    }
    exported.types.sort_by(|one, _, other, _| one.cmp(other));
    exported.to_string()
}

/// Removes private directives, and turns extensions into definitions: our files
/// extend the root types, but client tools expect extensions to be the client's
/// own.
fn strip_type(definition: &mut ExtendedType) {
    match definition {
        ExtendedType::Scalar(ty) => strip(&mut ty.make_mut().directives.0),
        ExtendedType::Enum(ty) => strip(&mut ty.make_mut().directives.0),
        ExtendedType::Union(ty) => strip(&mut ty.make_mut().directives.0),
        ExtendedType::Object(ty) => {
            let ty = ty.make_mut();
            strip(&mut ty.directives.0);
            let names = std::mem::take(&mut ty.implements_interfaces).into_iter();
            ty.implements_interfaces = names.map(|name| name.name.into()).collect();
            ty.fields.values_mut().for_each(strip_field);
        }
        ExtendedType::Interface(ty) => {
            let ty = ty.make_mut();
            strip(&mut ty.directives.0);
            ty.fields.values_mut().for_each(strip_field);
        }
        ExtendedType::InputObject(ty) => {
            let ty = ty.make_mut();
            strip(&mut ty.directives.0);
            for field in ty.fields.values_mut() {
                strip_input(field.make_mut());
            }
        }
    }
}

fn strip_field(field: &mut Component<ast::FieldDefinition>) {
    field.origin = ComponentOrigin::Definition;
    let field = field.make_mut();
    if let Some(codes) = Applied::find(field.directives.iter(), USER_ERRORS) {
        let codes = codes.texts("codes").into_iter();
        let codes: Vec<_> = codes.map(|code| format!("`{code}`")).collect();
        append_paragraph(
            &mut field.description,
            &format!("Codes: {}.", codes.join(", ")),
        );
    }
    strip(&mut field.directives.0);
    for argument in &mut field.arguments {
        strip_input(argument.make_mut());
    }
}

/// Also adds the limits of `@constraint` to the description, for human readers.
fn strip_input(input: &mut ast::InputValueDefinition) {
    if let Some(constraint) = Applied::find(input.directives.iter(), CONSTRAINT) {
        let limits = describe_limits(constraint, &input.ty);
        append_paragraph(&mut input.description, &limits);
    }
    strip(&mut input.directives.0);
}

fn append_paragraph(description: &mut Option<Node<str>>, paragraph: &str) {
    let written = description.as_deref().unwrap_or_default();
    let text = format!("{written}\n\n{paragraph}");
    *description = Some(Node::new_str(text.trim_start()));
}

/// For example `Limits: at most 3 items, each 1 to 80 characters.`
fn describe_limits(constraint: Applied<'_>, ty: &ast::Type) -> String {
    let range = |min: &str, max: &str, unit: &str| {
        let (min, max) = (
            constraint.integer::<i64>(min),
            constraint.integer::<i64>(max),
        );
        let bounds = match (min, max) {
            (Some(min), Some(max)) => format!("{min} to {max}"),
            (Some(min), None) => format!("at least {min}"),
            (None, Some(max)) => format!("at most {max}"),
            (None, None) => return None,
        };
        Some(format!("{bounds}{unit}"))
    };
    let value_limits = [
        range("min", "max", ""),
        range("minLength", "maxLength", " characters"),
        constraint
            .text("pattern")
            .map(|pattern| format!("matching `{pattern}`")),
    ];
    let value_limits: Vec<_> = value_limits.into_iter().flatten().collect();
    let value_limits = value_limits.join(", ");
    let limits = match range("minItems", "maxItems", " items") {
        Some(items) if value_limits.is_empty() => items,
        Some(items) => format!("{items}, each {value_limits}"),
        None if ty.is_list() => format!("each item {value_limits}"),
        None => value_limits,
    };
    format!("Limits: {limits}.")
}

fn strip<D: AsRef<ast::Directive>>(directives: &mut Vec<D>) {
    directives.retain(|directive| !PRIVATE.contains(&directive.as_ref().name.as_str()));
}
