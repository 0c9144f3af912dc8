//! Our own contract: reordering is not reported, and each removal is.

use std::path::Path;

use apollo_compiler::{
    Name, Schema,
    schema::{Component, ExtendedType, FieldDefinition},
    validation::Valid,
};
use coach_schema::{change::changes, generate, parse};

use crate::order::assert_unchanged;

fn sdl() -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("graphql");
    generate(&folder, "resolvers/src")
        .expect("the contract is valid")
        .sdl
}

#[test]
fn reordering_is_not_reported() {
    assert_unchanged(&sdl());
}

/// The changes of a type when one element of it is removed, and when it is added
/// again. Other types can change with it, for example if a default is the removed
/// enum value.
fn without(
    schema: &Valid<Schema>,
    ty: &Name,
    remove: impl FnOnce(&mut ExtendedType),
) -> [String; 2] {
    let mut reduced = Schema::clone(schema);
    remove(&mut reduced.types[ty]);
    let reduced = Valid::assume_valid(reduced);
    [changes(schema, &reduced), changes(&reduced, schema)].map(|found| {
        let coordinates = found
            .iter()
            .map(|change| (change.kind, change.coordinate.to_string()));
        let of_type =
            coordinates.filter(|(_, coordinate)| coordinate.starts_with(&format!("{ty}.")));
        of_type
            .map(|(kind, coordinate)| format!("{kind} {coordinate}\n"))
            .collect()
    })
}

fn field<'a>(ty: &'a mut ExtendedType, name: &Name) -> &'a mut Component<FieldDefinition> {
    match ty {
        ExtendedType::Object(ty) => &mut ty.make_mut().fields[name],
        ExtendedType::Interface(ty) => &mut ty.make_mut().fields[name],
        other => panic!("{}", other.name()),
    }
}

#[test]
fn every_removed_field_and_argument_is_reported() {
    let schema = parse(sdl(), "schema.graphql").expect("valid SDL");
    let own = schema.types.iter().filter(|(_, ty)| !ty.is_built_in());
    let (mut fields, mut arguments) = (0, 0);
    for (ty, definition) in own {
        let of_type = match definition {
            ExtendedType::Object(ty) => &ty.fields,
            ExtendedType::Interface(ty) => &ty.fields,
            _ => continue,
        };
        for (name, definition) in of_type {
            let [removed, added_again] = without(&schema, ty, |ty| {
                match ty {
                    ExtendedType::Object(ty) => ty.make_mut().fields.shift_remove(name),
                    ExtendedType::Interface(ty) => ty.make_mut().fields.shift_remove(name),
                    other => panic!("{}", other.name()),
                };
            });
            assert_eq!(removed, format!("FIELD_REMOVED {ty}.{name}\n"));
            assert_eq!(added_again, "");
            fields += 1;
            for argument in &definition.arguments {
                let [removed, added_again] = without(&schema, ty, |ty| {
                    let field = field(ty, name).make_mut();
                    field.arguments.retain(|other| other.name != argument.name);
                });
                let coordinate = format!("{ty}.{name}({}:)", argument.name);
                assert_eq!(removed, format!("ARG_REMOVED {coordinate}\n"));
                let added = if argument.is_required() {
                    "REQUIRED"
                } else {
                    "OPTIONAL"
                };
                assert_eq!(added_again, format!("{added}_ARG_ADDED {coordinate}\n"));
                arguments += 1;
            }
        }
    }
    assert!(fields > 250 && arguments > 30, "{fields} {arguments}");
}

#[test]
fn every_removed_value_and_input_field_is_reported() {
    let schema = parse(sdl(), "schema.graphql").expect("valid SDL");
    let own = schema.types.iter().filter(|(_, ty)| !ty.is_built_in());
    let (mut values, mut fields) = (0, 0);
    for (ty, definition) in own {
        match definition {
            ExtendedType::Enum(before) => {
                for value in before.values.keys() {
                    let [removed, added_again] = without(&schema, ty, |ty| match ty {
                        ExtendedType::Enum(ty) => {
                            ty.make_mut().values.shift_remove(value);
                        }
                        other => panic!("{}", other.name()),
                    });
                    assert_eq!(removed, format!("VALUE_REMOVED_FROM_ENUM {ty}.{value}\n"));
                    assert_eq!(added_again, format!("VALUE_ADDED_TO_ENUM {ty}.{value}\n"));
                    values += 1;
                }
            }
            ExtendedType::InputObject(before) => {
                for (name, field) in &before.fields {
                    let [removed, added_again] = without(&schema, ty, |ty| match ty {
                        ExtendedType::InputObject(ty) => {
                            ty.make_mut().fields.shift_remove(name);
                        }
                        other => panic!("{}", other.name()),
                    });
                    assert_eq!(removed, format!("FIELD_REMOVED {ty}.{name}\n"));
                    let added = if field.is_required() {
                        "REQUIRED"
                    } else {
                        "OPTIONAL"
                    };
                    assert_eq!(
                        added_again,
                        format!("{added}_INPUT_FIELD_ADDED {ty}.{name}\n")
                    );
                    fields += 1;
                }
            }
            _ => {}
        }
    }
    assert!(values > 60 && fields > 60, "{values} {fields}");
}
