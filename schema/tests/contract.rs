//! Our own contract: it can be generated from, everything is described, and the
//! app's operations are valid.

use std::{
    fs,
    path::{Path, PathBuf},
};

use apollo_compiler::{ExecutableDocument, Node, Schema, schema::ExtendedType, validation::Valid};
use coach_schema::{Generated, generate};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn generated() -> Generated {
    generate(&folder("graphql"), "resolvers/src").expect("the contract is valid")
}

fn exported() -> Valid<Schema> {
    Schema::parse_and_validate(generated().sdl, "exported.graphql")
        .expect("the exported SDL is valid")
}

#[test]
fn every_field_has_a_coordinate_comment() {
    let generated = generated();
    assert!(generated.fields.len() > 150, "{}", generated.fields.len());
    for field in &generated.fields {
        let comment = format!("// {field}");
        assert!(
            generated.rust.lines().any(|line| line.ends_with(&comment)),
            "{field} has no comment"
        );
    }
}

#[test]
fn everything_is_described() {
    let schema = exported();
    let mut missing = Vec::new();
    let mut check = |coordinate: String, description: Option<&Node<str>>| {
        if description.is_none_or(|text| text.trim().len() < 5) {
            missing.push(coordinate);
        }
    };
    for (name, ty) in schema.types.iter().filter(|(_, ty)| !ty.is_built_in()) {
        check(name.to_string(), ty.description());
        let fields = match ty {
            ExtendedType::Object(ty) => Some(&ty.fields),
            ExtendedType::Interface(ty) => Some(&ty.fields),
            ExtendedType::Enum(ty) => {
                ty.values.iter().for_each(|(value, definition)| {
                    check(format!("{name}.{value}"), definition.description.as_ref());
                });
                None
            }
            ExtendedType::InputObject(ty) => {
                ty.fields.iter().for_each(|(field, definition)| {
                    check(format!("{name}.{field}"), definition.description.as_ref());
                });
                None
            }
            _ => None,
        };
        for (field, definition) in fields.into_iter().flatten() {
            check(format!("{name}.{field}"), definition.description.as_ref());
            for argument in &definition.arguments {
                check(
                    format!("{name}.{field}({}:)", argument.name),
                    argument.description.as_ref(),
                );
            }
        }
    }
    assert!(missing.is_empty(), "without a description: {missing:?}");
}

#[test]
fn the_operations_are_valid_and_named_like_their_files() {
    let schema = exported();
    let mut count = 0;
    for entry in fs::read_dir(folder("operations")).expect("the operations") {
        let path = entry.expect("an operation").path();
        let text = fs::read_to_string(&path).expect("text");
        let document = ExecutableDocument::parse_and_validate(&schema, text, &path)
            .expect("a valid operation");
        let name = path
            .file_stem()
            .and_then(|stem| stem.to_str())
            .expect("a name");
        assert!(
            document.operations.get(Some(name)).is_ok(),
            "{name}.graphql has no operation {name}"
        );
        count += 1;
    }
    assert_eq!(count, 40);
}

#[test]
fn the_only_root_types_are_query_and_mutation() {
    let schema = exported();
    let roots = schema.schema_definition.iter_root_operations();
    let roots: Vec<_> = roots.map(|(kind, ty)| (kind.name(), ty.as_str())).collect();
    assert_eq!(roots, [("query", "Query"), ("mutation", "Mutation")]);
}

#[test]
fn nothing_private_is_exported() {
    let sdl = generated().sdl;
    for private in [
        "@model",
        "@auth",
        "@batch",
        "@cost",
        "@listSize",
        "coach_domain",
        "enum Role",
    ] {
        assert!(!sdl.contains(private), "{private}");
    }
}

#[test]
fn each_type_is_exported_as_one_definition() {
    let sdl = generated().sdl;
    assert!(!sdl.contains("extend "));
    for root in ["type Query {", "type Mutation {"] {
        assert_eq!(sdl.matches(root).count(), 1, "{root}");
    }
    assert!(
        sdl.starts_with("\"\"\"\nA fitness-coaching service"),
        "{}",
        &sdl[..200]
    );
}

#[test]
fn limits_are_exported_as_directives_and_in_words() {
    let sdl = generated().sdl;
    for limit in [
        "directive @constraint(",
        "@constraint(minLength: 1, maxLength: 255, pattern: \"^[ -~]*$\")",
        "Limits: 1 to 255 characters, matching `^[ -~]*$`.",
        "Limits: 0 to 100.",
        "Limits: at most 14 items.",
    ] {
        assert!(sdl.contains(limit), "{limit}");
    }
}
