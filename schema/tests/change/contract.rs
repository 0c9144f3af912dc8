//! The product's own contract: nothing on reordering, and nothing that is taken
//! out of it goes unnoticed.

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
fn nothing_on_reordering() {
    assert_unchanged(&sdl());
}

/// What is said of a type when one place of it is taken out, or put back. Other
/// places can change with it: a default that is a value taken out is none.
fn without(schema: &Valid<Schema>, ty: &Name, take: impl FnOnce(&mut ExtendedType)) -> [String; 2] {
    let mut less = Schema::clone(schema);
    take(&mut less.types[ty]);
    let less = Valid::assume_valid(less);
    [changes(schema, &less), changes(&less, schema)].map(|found| {
        let places = found
            .iter()
            .map(|change| (change.kind, change.coordinate.to_string()));
        let within = places.filter(|(_, place)| place.starts_with(&format!("{ty}.")));
        within
            .map(|(kind, place)| format!("{kind} {place}\n"))
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
fn every_field_and_argument_is_missed() {
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
            let [taken, put_back] = without(&schema, ty, |ty| {
                match ty {
                    ExtendedType::Object(ty) => ty.make_mut().fields.shift_remove(name),
                    ExtendedType::Interface(ty) => ty.make_mut().fields.shift_remove(name),
                    other => panic!("{}", other.name()),
                };
            });
            assert_eq!(taken, format!("FIELD_REMOVED {ty}.{name}\n"));
            assert_eq!(put_back, "");
            fields += 1;
            for argument in &definition.arguments {
                let [taken, put_back] = without(&schema, ty, |ty| {
                    let field = field(ty, name).make_mut();
                    field.arguments.retain(|other| other.name != argument.name);
                });
                let place = format!("{ty}.{name}({}:)", argument.name);
                assert_eq!(taken, format!("ARG_REMOVED {place}\n"));
                let added = if argument.is_required() {
                    "REQUIRED"
                } else {
                    "OPTIONAL"
                };
                assert_eq!(put_back, format!("{added}_ARG_ADDED {place}\n"));
                arguments += 1;
            }
        }
    }
    assert!(fields > 250 && arguments > 30, "{fields} {arguments}");
}

#[test]
fn every_value_and_input_field_is_missed() {
    let schema = parse(sdl(), "schema.graphql").expect("valid SDL");
    let own = schema.types.iter().filter(|(_, ty)| !ty.is_built_in());
    let (mut values, mut fields) = (0, 0);
    for (ty, definition) in own {
        match definition {
            ExtendedType::Enum(before) => {
                for value in before.values.keys() {
                    let [taken, put_back] = without(&schema, ty, |ty| match ty {
                        ExtendedType::Enum(ty) => {
                            ty.make_mut().values.shift_remove(value);
                        }
                        other => panic!("{}", other.name()),
                    });
                    assert_eq!(taken, format!("VALUE_REMOVED_FROM_ENUM {ty}.{value}\n"));
                    assert_eq!(put_back, format!("VALUE_ADDED_TO_ENUM {ty}.{value}\n"));
                    values += 1;
                }
            }
            ExtendedType::InputObject(before) => {
                for (name, field) in &before.fields {
                    let [taken, put_back] = without(&schema, ty, |ty| match ty {
                        ExtendedType::InputObject(ty) => {
                            ty.make_mut().fields.shift_remove(name);
                        }
                        other => panic!("{}", other.name()),
                    });
                    assert_eq!(taken, format!("FIELD_REMOVED {ty}.{name}\n"));
                    let added = if field.is_required() {
                        "REQUIRED"
                    } else {
                        "OPTIONAL"
                    };
                    assert_eq!(put_back, format!("{added}_INPUT_FIELD_ADDED {ty}.{name}\n"));
                    fields += 1;
                }
            }
            _ => {}
        }
    }
    assert!(values > 60 && fields > 60, "{values} {fields}");
}
