//! Changes of order, descriptions and deprecations are not reported.

use apollo_compiler::{
    Node,
    ast::{
        Definition, Directive, DirectiveList, Document, FieldDefinition, InputValueDefinition,
        Value,
    },
    name,
};

use crate::example::change_lines;

/// A schema with several elements of each kind.
const EVERYTHING: &str = r#"
schema { query: Query mutation: Mutation }
directive @one(a: Int, b: Filter = {from: 1, to: 2}) repeatable on FIELD | QUERY | MUTATION
directive @two on FIELD
type Query { first(a: Int = 1, b: [Filter!] = [{from: 1, to: 2}, {to: 3}]): Found second: Node third: Level }
type Mutation { first: Int second: Int }
extend type Query { fourth: When fifth: Named }
union Found = Dish | Drink | Snack
interface Node { id: ID }
interface Named implements Node { id: ID name(a: Int, b: Int): String }
type Dish implements Node & Named { id: ID name(a: Int, b: Int): String }
type Drink implements Named & Node { id: ID name(a: Int, b: Int, c: Int): String }
type Snack { id: ID }
input Filter { from: Int to: Int within: Filter = {from: 1, to: 2} }
enum Level { EASY MIDDLING HARD }
scalar When @specifiedBy(url: "https://example.com")
"#;

#[test]
fn reordering_is_not_reported() {
    assert_unchanged(EVERYTHING);
}

/// Asserts that no changes are reported between the schema and its reverse.
pub(crate) fn assert_unchanged(sdl: &str) {
    let other = reversed(sdl);
    let words = |sdl: &str| {
        let mut words: Vec<_> = sdl.split_whitespace().map(str::to_owned).collect();
        words.reverse();
        words
    };
    assert_ne!(words(sdl), words(&other));
    assert_eq!(change_lines(sdl, &other), [""; 0]);
    assert_eq!(change_lines(&other, sdl), [""; 0]);
    let twice = reversed(&other);
    assert_eq!(change_lines(sdl, &twice), [""; 0]);
}

/// The same schema with everything in reverse order, other descriptions, and
/// everything deprecated that can be.
fn reversed(sdl: &str) -> String {
    let mut document = Document::parse(sdl, "schema.graphql").expect("SDL");
    document.definitions.reverse();
    for definition in &mut document.definitions {
        match definition {
            Definition::SchemaDefinition(schema) => {
                let schema = schema.make_mut();
                schema.description = described();
                schema.root_operations.reverse();
            }
            Definition::DirectiveDefinition(directive) => {
                let directive = directive.make_mut();
                directive.description = described();
                directive.locations.reverse();
                inputs(&mut directive.arguments);
            }
            Definition::ScalarTypeDefinition(scalar) => scalar.make_mut().description = described(),
            Definition::ObjectTypeDefinition(object) => {
                let object = object.make_mut();
                object.description = described();
                object.implements_interfaces.reverse();
                fields(&mut object.fields);
            }
            Definition::ObjectTypeExtension(object) => fields(&mut object.make_mut().fields),
            Definition::InterfaceTypeDefinition(interface) => {
                let interface = interface.make_mut();
                interface.description = described();
                interface.implements_interfaces.reverse();
                fields(&mut interface.fields);
            }
            Definition::UnionTypeDefinition(union) => {
                let union = union.make_mut();
                union.description = described();
                union.members.reverse();
            }
            Definition::EnumTypeDefinition(ty) => {
                let ty = ty.make_mut();
                ty.description = described();
                ty.values.reverse();
                for value in &mut ty.values {
                    let value = value.make_mut();
                    value.description = described();
                    deprecate(&mut value.directives);
                }
            }
            Definition::InputObjectTypeDefinition(ty) => {
                let ty = ty.make_mut();
                ty.description = described();
                inputs(&mut ty.fields);
            }
            other => panic!("{other}"),
        }
    }
    document.to_string()
}

fn fields(fields: &mut [Node<FieldDefinition>]) {
    fields.reverse();
    for field in fields {
        let field = field.make_mut();
        field.description = described();
        deprecate(&mut field.directives);
        inputs(&mut field.arguments);
    }
}

fn inputs(inputs: &mut [Node<InputValueDefinition>]) {
    inputs.reverse();
    for input in inputs {
        let input = input.make_mut();
        input.description = described();
        if !input.is_required() {
            deprecate(&mut input.directives);
        }
        if let Some(default) = &mut input.default_value {
            reverse_fields(default.make_mut());
        }
    }
}

/// Reverses the fields of objects; lists keep their order, because it matters.
fn reverse_fields(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.reverse();
            for (_, value) in fields {
                reverse_fields(value.make_mut());
            }
        }
        Value::List(items) => {
            for item in items {
                reverse_fields(item.make_mut());
            }
        }
        _ => {}
    }
}

fn deprecate(directives: &mut DirectiveList) {
    if !directives.has("deprecated") {
        directives.push(Node::new(Directive::new(name!("deprecated"))));
    }
}

#[expect(clippy::unnecessary_wraps, reason = "descriptions are optional")]
fn described() -> Option<Node<str>> {
    Some(Node::new_str("In other words."))
}
