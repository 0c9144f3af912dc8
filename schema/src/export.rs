//! The exported SDL: what was written, normalised, without what is private.

use apollo_compiler::{
    Node, Schema, ast,
    schema::{Component, ComponentName, ComponentOrigin, ExtendedType},
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

/// Files extend the roots with what belongs to their noun. Clients' tools take
/// an extension for their own, so each type is exported as one definition.
fn strip_type(definition: &mut ExtendedType) {
    match definition {
        ExtendedType::Scalar(ty) => strip_components(&mut ty.make_mut().directives.0),
        ExtendedType::Enum(ty) => strip_components(&mut ty.make_mut().directives.0),
        ExtendedType::Union(ty) => strip_components(&mut ty.make_mut().directives.0),
        ExtendedType::Object(ty) => {
            let ty = ty.make_mut();
            strip_components(&mut ty.directives.0);
            let names = std::mem::take(&mut ty.implements_interfaces);
            ty.implements_interfaces = names.into_iter().map(in_definition).collect();
            ty.fields.values_mut().for_each(strip_field);
        }
        ExtendedType::Interface(ty) => {
            let ty = ty.make_mut();
            strip_components(&mut ty.directives.0);
            ty.fields.values_mut().for_each(strip_field);
        }
        ExtendedType::InputObject(ty) => {
            let ty = ty.make_mut();
            strip_components(&mut ty.directives.0);
            for field in ty.fields.values_mut() {
                strip_input(field.make_mut());
            }
        }
    }
}

fn in_definition(mut name: ComponentName) -> ComponentName {
    name.origin = ComponentOrigin::Definition;
    name
}

fn strip_field(field: &mut Component<ast::FieldDefinition>) {
    field.origin = ComponentOrigin::Definition;
    let field = field.make_mut();
    if let Some(codes) = Applied::find(field.directives.iter(), USER_ERRORS) {
        let codes = codes.texts("codes").into_iter();
        let codes: Vec<_> = codes.map(|code| format!("`{code}`")).collect();
        tell(
            &mut field.description,
            &format!("Codes: {}.", codes.join(", ")),
        );
    }
    strip(&mut field.directives.0);
    for argument in &mut field.arguments {
        strip_input(argument.make_mut());
    }
}

/// The limits of `@constraint` are told in the description too, where people look.
fn strip_input(input: &mut ast::InputValueDefinition) {
    if let Some(constraint) = Applied::find(input.directives.iter(), CONSTRAINT) {
        let limits = limits(constraint, &input.ty);
        tell(&mut input.description, &limits);
    }
    strip(&mut input.directives.0);
}

/// Adds a paragraph to a description.
fn tell(description: &mut Option<Node<str>>, paragraph: &str) {
    let written = description.as_deref().unwrap_or_default();
    let told = format!("{written}\n\n{paragraph}");
    *description = Some(Node::new_str(told.trim_start()));
}

/// Such as `Limits: at most 3 items, each with 1 to 80 characters.`
fn limits(constraint: Applied<'_>, ty: &ast::Type) -> String {
    let range = |least: &str, most: &str, unit: &str| {
        let (least, most) = (
            constraint.integer::<i64>(least),
            constraint.integer::<i64>(most),
        );
        let bounds = match (least, most) {
            (Some(least), Some(most)) => format!("{least} to {most}"),
            (Some(least), None) => format!("at least {least}"),
            (None, Some(most)) => format!("at most {most}"),
            (None, None) => return None,
        };
        Some(format!("{bounds}{unit}"))
    };
    let of_item = [
        range("min", "max", ""),
        range("minLength", "maxLength", " characters"),
        constraint
            .text("pattern")
            .map(|pattern| format!("matching `{pattern}`")),
    ];
    let of_item: Vec<_> = of_item.into_iter().flatten().collect();
    let of_item = of_item.join(", ");
    let limits = match range("minItems", "maxItems", " items") {
        Some(items) if of_item.is_empty() => items,
        Some(items) => format!("{items}, each {of_item}"),
        None if ty.is_list() => format!("each item {of_item}"),
        None => of_item,
    };
    format!("Limits: {limits}.")
}

fn strip(directives: &mut Vec<Node<ast::Directive>>) {
    directives.retain(|directive| !PRIVATE.contains(&directive.name.as_str()));
}

fn strip_components(directives: &mut Vec<Component<ast::Directive>>) {
    directives.retain(|directive| !PRIVATE.contains(&directive.name.as_str()));
}
