//! The exported SDL: what was written, normalised, without what is private.

use apollo_compiler::{
    Node, Schema, ast,
    schema::{Component, ExtendedType},
    validation::Valid,
};

use crate::{
    directive::{BUILT_IN, PRIVATE},
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

fn strip_type(definition: &mut ExtendedType) {
    match definition {
        ExtendedType::Scalar(ty) => strip_components(&mut ty.make_mut().directives.0),
        ExtendedType::Enum(ty) => strip_components(&mut ty.make_mut().directives.0),
        ExtendedType::Union(ty) => strip_components(&mut ty.make_mut().directives.0),
        ExtendedType::Object(ty) => {
            let ty = ty.make_mut();
            strip_components(&mut ty.directives.0);
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
                strip(&mut field.make_mut().directives.0);
            }
        }
    }
}

fn strip_field(field: &mut Component<ast::FieldDefinition>) {
    let field = field.make_mut();
    strip(&mut field.directives.0);
    for argument in &mut field.arguments {
        strip(&mut argument.make_mut().directives.0);
    }
}

fn strip(directives: &mut Vec<Node<ast::Directive>>) {
    directives.retain(|directive| !PRIVATE.contains(&directive.name.as_str()));
}

fn strip_components(directives: &mut Vec<Component<ast::Directive>>) {
    directives.retain(|directive| !PRIVATE.contains(&directive.name.as_str()));
}
